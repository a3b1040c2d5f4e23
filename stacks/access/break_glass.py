"""Who reads the credential when nothing else helps."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from credential_rotation.keys import SecretsKey
from credential_rotation.names import Names, arn_of
from credential_rotation.secret_policy import READ, allow_read
from credential_rotation.server import ADMIN
from stacks.access import names
from stacks.access.break_glass_rule import BreakGlassRule
from stacks.access.person_role import PersonRole
from stacks.access.trust import Trust
from stacks.settings import Settings


class BreakGlass(PersonRole):
    """Reads a login's credential in use; whoever takes the role on rings an alarm.

    Not an admin's: with a login's one can do what an application does, with the other everything to
    every database. And not what is no login's, such as a key that others trust.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        key: SecretsKey,
        topic_arn: str,
        homes: Sequence[str],
    ) -> None:
        """Create the role.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided.
            key: Encrypts what it may read. The secrets' policies have to admit the role.
            topic_arn: Where it rings.
            homes: What is between the path and the names of secrets that are no database's.
        """
        super().__init__(
            scope,
            construct_id,
            settings=settings,
            name=names.BREAK_GLASS,
            description=f"Reads the credential of {settings.path} in an emergency, and rings",
            trust=Trust.in_users(),
        )
        logins = logins_of(self, settings.names)
        stack = Stack.of(self)
        others = [f"*/{ADMIN}-??????", *(f"{home}/*" for home in homes)]
        allow_read(self, logins)
        key.grant_decrypt(self, secret_arn=logins)
        self.allow(
            iam.PolicyStatement(
                sid="LoginsAlone",
                effect=iam.Effect.DENY,
                actions=[READ],
                resources=[
                    arn_of(stack, "secretsmanager", "secret", f"{settings.path}/{each}")
                    for each in others
                ],
            )
        )
        BreakGlassRule(
            self,
            "Rule",
            settings=settings,
            role_arn=names.role_arn(self, settings, names.BREAK_GLASS),
            topic_arn=topic_arn,
        )


def logins_of(scope: Construct, names: Names) -> str:
    """The ARNs of the secrets of all databases, with wildcards: an access key has none above it."""
    return arn_of(Stack.of(scope), "secretsmanager", "secret", f"{names.path}/*/*")
