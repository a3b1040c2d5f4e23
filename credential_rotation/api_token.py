"""A token of an HTTP API that rotates by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aws_cdk import Annotations, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from credential_rotation.boundary_statements import of_functions
from credential_rotation.functions import Placement
from credential_rotation.monitoring import CredentialGroup
from credential_rotation.names import pascal
from credential_rotation.platform import Platform
from credential_rotation.roles import Boundary, ServiceRole, at_most
from credential_rotation.secret import ExistingSecret
from credential_rotation.secret_policy import READ, ROTATE
from credential_rotation.security_groups import ExistingSecurityGroup
from credential_rotation.token import TokenCode, TokenLives, TokenRotation, TokenSecret


@dataclass(frozen=True)
class ApiSubnets:
    """Subnets of a team's choice, from which the API and AWS's own APIs can be reached.

    Attributes:
        vpc_id: The VPC that they are in.
        subnet_ids: Their ids.
        security_group_ids: Ids of the groups that say what the functions reach.
    """

    vpc_id: str
    subnet_ids: Sequence[str]
    security_group_ids: Sequence[str]

    def placement(self, scope: Construct) -> Placement:
        """Refer to the subnets.

        Args:
            scope: The parent of what refers to them.
        """
        vpc = ec2.Vpc.from_vpc_attributes(
            scope, "Vpc", vpc_id=self.vpc_id, availability_zones=["unknown"]
        )
        subnets = ec2.SubnetSelection(
            subnets=[
                ec2.Subnet.from_subnet_id(scope, f"Subnet{number}", subnet_id)
                for number, subnet_id in enumerate(self.subnet_ids, start=1)
            ]
        )
        # Nothing here is about routes, so nobody has to name their tables.
        Annotations.of(scope).acknowledge_warning("@aws-cdk/aws-ec2:noSubnetRouteTableId")
        groups = [
            ExistingSecurityGroup(scope, f"Group{number}", group_id)
            for number, group_id in enumerate(self.security_group_ids, start=1)
        ]
        return Placement(vpc=vpc, subnets=subnets, groups=groups)


@dataclass(frozen=True, kw_only=True)
class ApiOptions:
    """What an API is like.

    Attributes:
        declaration: Its requests, as JSON (see `api_declaration`).
        by_id: Whether the reaper looks versions up by their ids (see `TokenCode`).
        management_secret_arn: ARN of the secret that lets us manage tokens; empty for none.
        management_secret_key_arn: ARN of that secret's key; empty for AWS's own.
        private_networks: Networks that it may be in, besides the public internet.
        authorities: File with the authorities that are trusted; None for the public ones.
        subnets: Where the functions run; None for outside of any network.
    """

    declaration: str
    by_id: bool
    management_secret_arn: str = ""
    management_secret_key_arn: str = ""
    private_networks: Sequence[str] = ()
    authorities: Path | None = None
    subnets: ApiSubnets | None = field(default=None)

    def environment(self) -> dict[str, str]:
        """What the functions read."""
        further = {
            "MANAGEMENT_SECRET_ARN": self.management_secret_arn,
            "PRIVATE_NETWORKS": ",".join(self.private_networks),
            "AUTHORITIES": "own" if self.authorities else "",
        }
        return {
            "API_DECLARATION": self.declaration,
            **{name: value for name, value in further.items() if value},
        }


class Management:
    """The secret that lets functions manage tokens, if there is one; see `IssuerAccess`."""

    def __init__(self, scope: Construct, options: ApiOptions) -> None:
        """Refer to the secret.

        Args:
            scope: Anything in the stack of the functions.
            options: What the API is like.
        """
        self._arn, self._key_arn = options.management_secret_arn, options.management_secret_key_arn
        self._secret = (
            ExistingSecret(scope, arn=self._arn, key_arn=self._key_arn) if self._arn else None
        )

    def grant_issue(self, role: ServiceRole) -> None:
        """Let a role read the secret in the version in use."""
        if self._secret:
            self._secret.grant_read(role)

    def grant_end(self, role: ServiceRole) -> None:
        """Let a role read it: an API knows no other right than its holder's."""
        self.grant_issue(role)

    def ceiling(self) -> Iterator[iam.PolicyStatement]:
        """What a boundary has to leave of it."""
        if self._arn:
            yield at_most("Management", (READ,), self._arn)
        if self._key_arn:
            yield at_most("ManagementKey", ("kms:Decrypt",), self._key_arn)


class ApiToken(Construct):
    """A token of an API, in a secret that rotates, and the reaper. Also see `Credential`.

    The functions are outside of the isolated network, which has no way to the API. They have a
    boundary of their own, so no other function of the stack reaches the secret that lets us manage
    tokens, and when the setting goes, the rights to revoke them stay until they are revoked.

    Attributes:
        id: What outputs are called after.
        function: What rotates the secret.
        reaper: What ends tokens that were replaced.
    """

    strategy = "api-token"

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        name: str,
        options: ApiOptions,
        readers: Sequence[str],
        lives: TokenLives,
    ) -> None:
        """Create all of it.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            platform: What names begin with, and what it shares with others.
            name: Name of the token.
            options: What the API is like.
            readers: ARNs of roles that may read the secret and are not of this app.
            lives: How long tokens live.
        """
        super().__init__(scope, construct_id)
        self.id = f"Token{pascal(name)}"
        names = platform.names.within("token").within(name)
        self.secret = TokenSecret(
            self,
            "Secret",
            platform=platform,
            name=names.path,
            description=f"API token {name}",
            text="{}",
            readers=readers,
        )
        management = Management(self, options)
        placement = options.subnets.placement(self) if options.subnets else None
        in_subnets = placement is not None
        Boundary(
            self,
            "Boundary",
            path=names.path,
            given=platform.options.boundary,
            ceiling=[
                at_most("Secret", ROTATE, self.secret.arn),
                platform.secrets_key.ceiling(
                    "kms:Decrypt", "kms:GenerateDataKey", secrets=self.secret.arn
                ),
                *management.ceiling(),
                *of_functions(Stack.of(self), names, in_a_network=in_subnets),
            ],
        )
        self._rotation = TokenRotation(
            self,
            platform=platform,
            names=names,
            code=TokenCode(
                "api_token",
                "API token",
                options.environment(),
                placement=placement,
                by_id=options.by_id,
                authorities=options.authorities,
            ),
            lives=lives,
            secret=self.secret,
            issuer=management,
        )
        self.function = self._rotation.function
        self.reaper = self._rotation.reaper

    @property
    def group(self) -> CredentialGroup:
        """What watches it."""
        return self._rotation.group(self.id, self)
