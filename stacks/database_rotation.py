"""Rotating a credential of the database."""

from aws_cdk import Duration
from constructs import Construct

from stacks.bundle import Bundle
from stacks.database_secret import DatabaseSecret
from stacks.function import PythonFunction
from stacks.rotation import Rotation
from stacks.settings import Password
from stacks.site import Site

HANDLERS = {
    "alternating": "postgres_user.handler.alternating_users",
    "single": "postgres_user.handler.single_user",
}


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
        schedule: str,
        window: str,
        on_deploy: bool,
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
            schedule: When to rotate, as `rate(…)` or `cron(…)`.
            window: How long after the scheduled hour the rotation may start, such as `3h`.
            on_deploy: Rotate also whenever a deployment changes the schedule.
        """
        super().__init__(scope, construct_id)
        self.secret = secret
        self.strategy = strategy
        self.function = PythonFunction(
            self,
            "Function",
            name=name,
            description=f"Rotates the secret {secret.name}",
            bundle=Bundle("postgres_user"),
            handler=HANDLERS[strategy],
            key=site.key,
            vpc=site.network.vpc,
            timeout=Duration.seconds(30),
            environment=_password_rules(site.settings.password),
        )
        ways = self.function.allow_to(site.database, site.network.secrets_endpoint)
        secret.grant_rotate(self.function.role, function_arn=self.function.arn)
        if admin:
            admin.grant_read(self.function.role)
        self.run(
            secret_id=secret.attachment.ref,
            schedule=schedule,
            window=window,
            on_deploy=on_deploy,
            after=ways,
        )


def _password_rules(password: Password) -> dict[str, str]:
    rules = {"PASSWORD_LENGTH": str(password.length)}
    if password.exclude_characters:
        rules["PASSWORD_EXCLUDE_CHARACTERS"] = password.exclude_characters
    return rules
