"""Who helps a rotation that does not go by itself."""

from collections.abc import Sequence

from constructs import Construct

from credential_rotation.functions import PythonFunction
from credential_rotation.rotation import Rotation
from credential_rotation.secret import RotatedSecret
from stacks.access import names
from stacks.access.person_role import PersonRole
from stacks.access.sight import see_alarms, see_rotation
from stacks.access.trust import Trust
from stacks.settings import Settings


class RotationOperator(PersonRole):
    """Rotates, stops a rotation, moves a label back, and reads why one failed: never a value.

    It also reads which rotations are overdue.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        secrets: Sequence[RotatedSecret],
        rotations: Sequence[Rotation],
        watch: PythonFunction,
    ) -> None:
        """Create the role.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided.
            secrets: What it may see the state of.
            rotations: What it may operate.
            watch: The function whose log names what is overdue.
        """
        super().__init__(
            scope,
            construct_id,
            settings=settings,
            name=names.ROTATION_OPERATOR,
            description=f"Operates the rotation of {settings.path}",
            trust=Trust.in_users(),
        )
        self.allow(see_rotation(secrets))
        self.allow(see_alarms(self))
        for rotation in rotations:
            rotation.grant_operate(self)
        watch.grant_read_log(self)
