"""Who helps from another account, for a while."""

from constructs import Construct

from stacks.access import names
from stacks.access.person_role import PersonRole
from stacks.access.sight import see_alarms, see_rotation
from stacks.access.trust import Trust, until
from stacks.settings import Settings


class Contractor(PersonRole):
    """Sees how the rotation does, until the contract ends: sessions that go on see nothing then."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
    ) -> None:
        """Create the role.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided; names the account.
        """
        super().__init__(
            scope,
            construct_id,
            settings=settings,
            name=names.CONTRACTOR,
            description=f"Sees how the rotation of {settings.path} does, until the contract ends",
            trust=Trust.in_contractor(settings.access),
        )
        for statement in (see_rotation(self, settings.names), see_alarms(self)):
            statement.add_conditions(until(settings.access))
            self.allow(statement)
