"""The stack for people."""

from aws_cdk import CfnOutput, Stack, Tags
from constructs import Construct

from credential_rotation.roles import Boundary
from stacks.access.auditor import Auditor
from stacks.access.break_glass import BreakGlass
from stacks.access.ceiling import BoundaryStatements
from stacks.access.contractor import Contractor
from stacks.access.group import PeopleGroup
from stacks.access.own_credentials import OwnCredentials
from stacks.access.person_role import PersonRole
from stacks.access.rotation_operator import RotationOperator
from stacks.rotation_stack import RotationStack
from stacks.settings import Settings

YOU = "YOUR-USER-NAME"
"""What people replace in a profile."""


class AccessStack(Stack):
    """Roles that people take on for an hour, with MFA, and groups whose members may.

    A stack of its own, deployed after the rotation's: it comes and goes without touching what
    rotates, because its references are weak (docs/adr/0012).
    """

    def __init__(self, scope: Construct, *, settings: Settings, rotation: RotationStack) -> None:
        """Provision everything.

        Args:
            scope: The app.
            settings: What the team decided.
            rotation: What people look at, operate and, in an emergency, read.
        """
        super().__init__(
            scope,
            f"{settings.prefix}-access",
            description=f"People's access to the credential rotation of {settings.path}",
            termination_protection=settings.database.deletion_protection,
        )
        self._settings = settings
        self._own = OwnCredentials(self, "OwnCredentials")
        auditor = Auditor(self, "Auditor", settings=settings, secrets=rotation.secrets)
        operator = RotationOperator(
            self,
            "RotationOperator",
            settings=settings,
            secrets=rotation.secrets,
            rotations=rotation.rotations,
            watch=rotation.watch,
        )
        break_glass = BreakGlass(
            self,
            "BreakGlass",
            settings=settings,
            secret=rotation.application,
            topic_arn=rotation.topic_arn,
        )
        users = settings.access
        self._group("auditors", auditor, users.auditors)
        self._group("rotation-operators", operator, users.operators)
        self._group("break-glass", break_glass, users.break_glass)
        if settings.access.contractor_account:
            self._contractor(rotation)
        ceiling = BoundaryStatements(
            self,
            settings=settings,
            application=rotation.application,
            key=rotation.secrets_key,
            functions=[each.function for each in rotation.rotations],
            watch=rotation.watch,
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

    def _contractor(self, rotation: RotationStack) -> None:
        access = self._settings.access
        role = Contractor(self, "Contractor", settings=self._settings, secrets=rotation.secrets)
        device = f"arn:{self.partition}:iam::{access.contractor_account}:mfa/{YOU}"
        profile = role.profile(
            mfa_serial=device, external_id=access.contractor_external_id, source_identity=YOU
        )
        CfnOutput(self, "ContractorProfile", value=profile)
