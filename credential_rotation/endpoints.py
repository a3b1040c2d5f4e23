"""Ways out of a network, each with a policy: who may go where."""

from collections.abc import Sequence
from typing import Protocol

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from credential_rotation.security_groups import HTTPS, SecurityGroup, let_in


class InterfaceEndpoint(Construct):
    """An interface endpoint that nobody gets to and through who was not named.

    Attributes:
        id: The endpoint's id, which requests that come through it carry as `aws:SourceVpce`.
        security_group_id: Id of the security group that decides who gets to the endpoint.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        subnets: ec2.SubnetSelection,
        service: ec2.InterfaceVpcEndpointAwsService,
        name: str,
    ) -> None:
        """Create the endpoint.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            vpc: The network it opens on.
            subnets: Where in the network it has an address.
            service: Where it leads.
            name: What people call the service.
        """
        super().__init__(scope, construct_id)
        self._name = name
        self._doors: list[_Door] = []
        security_group = SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description=f"Endpoint of {name}"
        )
        self.security_group_id = security_group.group_id
        self._endpoint = ec2.InterfaceVpcEndpoint(
            self,
            "Endpoint",
            vpc=vpc,
            service=service,
            open=False,
            private_dns_enabled=True,
            security_groups=[security_group.group],
            subnets=subnets,
        )
        self.id = self._endpoint.vpc_endpoint_id

    def allow_from(self, security_group: SecurityGroup) -> Sequence[IDependable]:
        """Open the way from a security group to the endpoint.

        Returns:
            What has to exist before the way is open.
        """
        rules = security_group.open_to(self.security_group_id, port=HTTPS, description=self._name)
        return (self._endpoint, *rules)

    def let_in(self, client: str) -> None:
        """Open the way from somebody else's security group, or from a range of addresses."""
        let_in(self, client, group_id=self.security_group_id, port=HTTPS, description=self._name)

    def allow(
        self, role_arn: str, *, actions: Sequence[str], resource: str, sid: str | None = None
    ) -> None:
        """Let a role through. What it may do there, its own policy says.

        Roles that may do the same share a statement, and so do resources of one role: a policy has
        20,480 characters.

        Args:
            role_arn: Whom; with a wildcard, all roles below a path.
            actions: What for.
            resource: ARN of what it may be about.
            sid: A name for the statement, for people.
        """
        for door in self._doors:
            if door.widen(role_arn, actions=actions, resource=resource):
                return
        door = _Door(role_arn, actions=actions, resource=resource, sid=sid)
        self._endpoint.add_to_policy(door.statement)
        self._doors.append(door)


class _Door:
    """A statement of an endpoint's policy: roles that may do the same to the same."""

    def __init__(
        self, role_arn: str, *, actions: Sequence[str], resource: str, sid: str | None
    ) -> None:
        self._actions, self._resources, self._roles = list(actions), [resource], [role_arn]
        self.statement = iam.PolicyStatement(
            sid=sid, principals=[iam.AnyPrincipal()], actions=self._actions, resources=[resource]
        )
        self._name_roles()

    def widen(self, role_arn: str, *, actions: Sequence[str], resource: str) -> bool:
        """Add a role to a statement of one resource, or a resource to one of one role."""
        if self._actions != list(actions):
            return False
        if self._resources == [resource]:
            if role_arn not in self._roles:
                self._roles.append(role_arn)
                self._name_roles()
            return True
        if self._roles == [role_arn]:
            if resource not in self._resources:
                self._resources.append(resource)
                self.statement.add_resources(resource)
            return True
        return False

    def _name_roles(self) -> None:
        roles = self._roles[0] if len(self._roles) == 1 else list(self._roles)
        self.statement.add_condition("ArnLike", {"aws:PrincipalArn": roles})


class SecretsEndpoint(Protocol):
    """The way from a network to Secrets Manager."""

    @property
    def id(self) -> str | None:
        """Id of the endpoint; None if the way leads through another network."""

    @property
    def security_group_id(self) -> str | None:
        """Id of the group that decides who gets there; None if no group of the network does."""

    def allow_from(self, security_group: SecurityGroup) -> Sequence[IDependable]:
        """Open the way from a security group; give what has to exist before it is open."""

    def let_in(self, client: str) -> None:
        """Open the way from somebody else's security group, or from a range of addresses."""

    def admit(
        self, role_arn: str, *, actions: Sequence[str], resource: str, sid: str | None = None
    ) -> None:
        """Let a role through, where we say who gets through. Its own policy says what it may."""


class OwnSecretsEndpoint(InterfaceEndpoint):
    """An endpoint of ours: only the named roles get through, only to the named secrets."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        subnets: ec2.SubnetSelection,
    ) -> None:
        """Create the endpoint.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            vpc: The network it opens on.
            subnets: Where in the network it has an address.
        """
        super().__init__(
            scope,
            construct_id,
            vpc=vpc,
            subnets=subnets,
            service=ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
            name="Secrets Manager",
        )

    def admit(
        self, role_arn: str, *, actions: Sequence[str], resource: str, sid: str | None = None
    ) -> None:
        """Let a role through. What it may do there, its own policy says."""
        self.allow(role_arn, actions=actions, resource=resource, sid=sid)


class ExistingSecretsEndpoint(Construct):
    """An endpoint of somebody else's, who says in its policy who gets through.

    Attributes:
        id: The endpoint's id.
        security_group_id: Id of the security group that decides who gets to the endpoint.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, endpoint_id: str, security_group_id: str
    ) -> None:
        """Refer to the endpoint.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            endpoint_id: Its id.
            security_group_id: Id of its security group, which gets rules of ours.
        """
        super().__init__(scope, construct_id)
        self.id = endpoint_id
        self.security_group_id = security_group_id

    def allow_from(self, security_group: SecurityGroup) -> Sequence[IDependable]:
        """Open the way from a security group to the endpoint."""
        return security_group.open_to(
            self.security_group_id, port=HTTPS, description="Secrets Manager"
        )

    def let_in(self, client: str) -> None:
        """Open the way from somebody else's security group, or from a range of addresses."""
        let_in(
            self, client, group_id=self.security_group_id, port=HTTPS, description="Secrets Manager"
        )

    def admit(
        self, role_arn: str, *, actions: Sequence[str], resource: str, sid: str | None = None
    ) -> None:
        """Nothing: its owner says who gets through."""


class NoSecretsEndpoint:
    """No endpoint: the subnets' routes lead to Secrets Manager in some other way.

    Nothing says then by which way a request came, so that no secret's policy can ask for it.
    """

    id = None
    security_group_id = None

    def allow_from(self, security_group: SecurityGroup) -> Sequence[IDependable]:
        """Let a group out to wherever the routes lead, by HTTPS."""
        security_group.open_to_any_address(port=HTTPS, description="Secrets Manager, by any way")
        return ()

    def let_in(self, client: str) -> None:
        """Nothing: a client's own routes lead it there."""

    def admit(
        self, role_arn: str, *, actions: Sequence[str], resource: str, sid: str | None = None
    ) -> None:
        """Nothing: there is no policy."""
