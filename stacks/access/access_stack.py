"""The stack for people."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, Stack, Tags
from constructs import Construct

from credential_rotation.names import Names
from credential_rotation.platform import Platform
from credential_rotation.roles import Boundary
from credential_rotation.rotation import Credential
from credential_rotation.trail import Records
from stacks.access.auditor import Auditor
from stacks.access.break_glass import BreakGlass
from stacks.access.ceiling import BoundaryStatements
from stacks.access.contractor import Contractor
from stacks.access.group import PeopleGroup
from stacks.access.own_credentials import OwnCredentials
from stacks.access.person_role import PersonRole
from stacks.access.rotation_operator import RotationOperator
from stacks.settings import Settings

YOU = "YOUR-USER-NAME"
"""What people replace in a profile."""


class AccessStack(Stack):
    """Roles that people take on for an hour, with MFA, and groups whose members may.

    A stack of its own, deployed after the rotation's: it comes and goes without touching what
    rotates, because its references are weak (docs/adr/0012).
    """

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        platform: Platform,
        rotators: Sequence[str],
        homes: Sequence[str],
    ) -> None:
        """Provision everything.

        Args:
            scope: The app.
            settings: What the team decided.
            platform: What credentials share.
            rotators: Names of the functions that people operate, with wildcards.
            homes: What is between the path and the names of secrets that are no database's.
        """
        super().__init__(
            scope,
            f"{settings.prefix}-access",
            description=f"People's access to the credential rotation of {settings.path}",
            termination_protection=settings.protected,
        )
        self._settings = settings
        self._own = OwnCredentials(self, "OwnCredentials")
        records = records_of(self, settings, platform)
        auditor = Auditor(self, "Auditor", settings=settings, records=records)
        operator = RotationOperator(
            self,
            "RotationOperator",
            settings=settings,
            rotators=rotators,
        )
        break_glass = BreakGlass(
            self,
            "BreakGlass",
            settings=settings,
            key=platform.secrets_key,
            topic_arn=platform.topic.arn,
            homes=homes,
        )
        users = settings.access
        self._group("auditors", auditor, users.auditors)
        self._group("rotation-operators", operator, users.operators)
        self._group("break-glass", break_glass, users.break_glass)
        if settings.access.contractor_account:
            self._contractor()
        ceiling = BoundaryStatements(
            self,
            settings=settings,
            key=platform.secrets_key,
            rotators=rotators,
            records=records,
        )
        Boundary(
            self,
            "PeopleBoundary",
            path=settings.path,
            given=settings.permissions_boundary,
            ceiling=list(ceiling.statements()),
        )
        for key, value in settings.all_tags().items():
            Tags.of(self).add(key, value)

    def _group(self, name: str, role: PersonRole, users: tuple[str, ...]) -> None:
        PeopleGroup(
            self,
            f"{role.node.id}Group",
            name=f"{self._settings.prefix}-{name}",
            users=users,
            role=role,
            own=self._own,
        )
        device = self.format_arn(service="iam", region="", resource="mfa", resource_name=YOU)
        CfnOutput(
            self,
            f"{role.node.id}Profile",
            value=role.profile(mfa_serial=device, role_session_name=YOU),
        )

    def _contractor(self) -> None:
        access = self._settings.access
        role = Contractor(self, "Contractor", settings=self._settings)
        device = f"arn:{self.partition}:iam::{access.contractor_account}:mfa/{YOU}"
        profile = role.profile(
            mfa_serial=device, external_id=access.contractor_external_id, source_identity=YOU
        )
        CfnOutput(self, "ContractorProfile", value=profile)


def records_of(stack: Stack, settings: Settings, platform: Platform) -> Records | None:
    """Where the records are that auditors read: of our trail, of another one, or unknown.

    Args:
        stack: The stack for people.
        settings: What the team decided.
        platform: Has our trail, if there is one.
    """
    if platform.trail:
        return platform.trail.records
    given = settings.trail
    if not given.bucket:
        return None
    return Records(
        bucket_arn=f"arn:{stack.partition}:s3:::{given.bucket}",
        prefix=f"{given.prefix}/{stack.account}",
        region=given.key_arn.split(":")[3] if given.key_arn else stack.region,
        key_arn=given.key_arn,
    )


def rotating_functions(credentials: Sequence[Credential], names: Names) -> list[str]:
    """Names of the functions that rotate: with wildcards, because a policy has 6,144 characters.

    Args:
        credentials: What they rotate.
        names: What their names begin with.
    """
    endings = {each.function.name.rpartition("-")[2] for each in credentials}
    return [f"{names.prefix}-*-{ending}" for ending in sorted(endings)]


def homes_besides_databases(credentials: Sequence[Credential], settings: Settings) -> list[str]:
    """What is between the path and the names of secrets that are no database's.

    Args:
        credentials: Whose secrets.
        settings: What the team decided.
    """
    path = f"{settings.path}/"
    ours = [name for each in credentials if (name := each.secret.name).startswith(path)]
    below = [name.removeprefix(path) for name in ours]
    homes = {each.partition("/")[0] for each in below if "/" in each}
    return sorted(homes - set(settings.databases))
