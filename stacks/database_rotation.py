"""Rotating a credential of the database."""

from dataclasses import dataclass

from aws_cdk import Duration
from constructs import Construct

from stacks.bundle import Bundle
from stacks.database_secret import DatabaseSecret
from stacks.function import PythonFunction
from stacks.rotation import Rotation, RotationRules
from stacks.site import Site

HANDLERS = {
    "alternating": "postgres_user.handler.alternating_users",
    "single": "postgres_user.handler.single_user",
}


@dataclass(frozen=True)
class PasswordRules:
    """What the passwords of a rotation look like.

    Attributes:
        length: Characters in a password.
        exclude_characters: Characters that it does not have, besides all punctuation.
    """

    length: int
    exclude_characters: str

    def environment(self) -> dict[str, str]:
        """As the function reads them."""
        rules = {"PASSWORD_LENGTH": str(self.length)}
        if self.exclude_characters:
            rules["PASSWORD_EXCLUDE_CHARACTERS"] = self.exclude_characters
        return rules


class DatabaseRotation(Rotation):
    """Changes a credential of the database with a function in the network."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        site: Site,
        name: str,
        strategy: str,
        secret: DatabaseSecret,
        admin: DatabaseSecret | None,
        rules: RotationRules,
        passwords: PasswordRules,
    ) -> None:
        """Create the function and the schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            site: Where the function runs and the credential is changed.
            name: The function's name.
            strategy: `alternating` or `single`, which is also what its metrics are called.
            secret: What is rotated.
            admin: What the strategy needs besides, to act for the master user; None when the user
                changes its own password.
            rules: When to rotate.
            passwords: What the passwords look like.
        """
        super().__init__(scope, construct_id)
        self.secret = secret
        self.strategy = strategy
        self.function = PythonFunction(
            self,
            "Function",
            name=name,
            description=f"Rotates the secret {secret.name}",
            bundle=Bundle("postgres_user", authorities=site.authorities),
            handler=HANDLERS[strategy],
            key=site.key,
            vpc=site.network.vpc,
            timeout=Duration.seconds(30),
            environment=passwords.environment(),
        )
        ways = self.function.allow_to(site.database, site.network.secrets_endpoint)
        secret.grant_rotate(self.function.role, function_arn=self.function.arn)
        if admin:
            admin.grant_read(self.function.role)
        self.run(
            secret_id=secret.attachment.ref,
            rules=rules,
            after=ways,
        )
