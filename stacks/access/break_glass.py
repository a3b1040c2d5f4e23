"""Who reads the credential when nothing else helps."""

from constructs import Construct

from credential_rotation.database_secret import DatabaseSecret
from stacks.access import names
from stacks.access.break_glass_rule import BreakGlassRule
from stacks.access.person_role import PersonRole
from stacks.access.trust import Trust
from stacks.settings import Settings


class BreakGlass(PersonRole):
    """Reads the application's credential in use; whoever takes the role on rings an alarm.

    Not the master user's: with the application's one can do what the application does, with the
    other everything to every database.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        secret: DatabaseSecret,
        topic_arn: str,
    ) -> None:
        """Create the role.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided.
            secret: What it may read. Its policy has to admit the role.
            topic_arn: Where it rings.
        """
        super().__init__(
            scope,
            construct_id,
            settings=settings,
            name=names.BREAK_GLASS,
            description=f"Reads the credential of {settings.path} in an emergency, and rings",
            trust=Trust.in_users(),
        )
        secret.grant_read_by_person(self)
        BreakGlassRule(
            self,
            "Rule",
            settings=settings,
            role_arn=names.role_arn(self, settings, names.BREAK_GLASS),
            topic_arn=topic_arn,
        )
