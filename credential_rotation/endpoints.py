"""Doors of a network, each with a policy: who may go where."""

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from credential_rotation.security_groups import HTTPS, SecurityGroup

ISOLATED = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
"""Where everything is: subnets without a route to the internet, in two zones."""


class InterfaceEndpoint(Construct):
    """An interface endpoint that nobody gets to and through who was not named."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        service: ec2.InterfaceVpcEndpointAwsService,
        name: str,
    ) -> None:
        """Create the endpoint.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            vpc: The network it opens on.
            service: Where it leads.
            name: What people call the service.
        """
        super().__init__(scope, construct_id)
        self._name = name
        self._statements: dict[tuple[str, ...], tuple[iam.PolicyStatement, list[str]]] = {}
        self._security_group = SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description=f"Endpoint of {name}"
        )
        self._endpoint = ec2.InterfaceVpcEndpoint(
            self,
            "Endpoint",
            vpc=vpc,
            service=service,
            open=False,
            private_dns_enabled=True,
            security_groups=[self._security_group.group],
            subnets=ISOLATED,
        )

    @property
    def security_group_id(self) -> str:
        """Id of the security group that decides who gets to the endpoint."""
        return self._security_group.group_id

    @property
    def id(self) -> str:
        """The endpoint's id, which requests that come through it carry as `aws:SourceVpce`."""
        return self._endpoint.vpc_endpoint_id

    def allow_from(self, security_group: SecurityGroup) -> Sequence[IDependable]:
        """Open the way from a security group to the endpoint.

        Returns:
            What has to exist before the way is open.
        """
        rule = security_group.open_to(self._security_group, port=HTTPS, description=self._name)
        return self._endpoint, rule

    def let_in(self, client: str) -> None:
        """Open the way from somebody else's security group, or from a range of addresses."""
        self._security_group.let_in(client, port=HTTPS, description=self._name)

    def allow(
        self, role_arn: str, *, actions: Sequence[str], resource: str, sid: str | None = None
    ) -> None:
        """Let a role through. What it may do there, its own policy says.

        Roles that may do the same share a statement: a policy has 20,480 characters.

        Args:
            role_arn: Whom.
            actions: What for.
            resource: ARN of what it may be about.
            sid: A name for the statement, for people.
        """
        same = (sid or "", resource, *actions)
        if same not in self._statements:
            statement = iam.PolicyStatement(
                sid=sid,
                principals=[iam.AnyPrincipal()],
                actions=list(actions),
                resources=[resource],
            )
            self._endpoint.add_to_policy(statement)
            self._statements[same] = statement, []
        statement, roles = self._statements[same]
        roles.append(role_arn)
        statement.add_condition("ArnEquals", {"aws:PrincipalArn": _one_or_all(roles)})


def _one_or_all(roles: list[str]) -> str | list[str]:
    return roles[0] if len(roles) == 1 else list(roles)


class SecretsEndpoint(InterfaceEndpoint):
    """The interface endpoint of Secrets Manager: only the named roles, only the named secrets."""

    def __init__(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc) -> None:
        """Create the endpoint.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            vpc: The network it opens on.
        """
        super().__init__(
            scope,
            construct_id,
            vpc=vpc,
            service=ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
            name="Secrets Manager",
        )
