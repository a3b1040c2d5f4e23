"""Rotating a secret on a schedule."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks import settings
from stacks.bundle import Bundle
from stacks.database import Database
from stacks.function import PythonFunction
from stacks.network import Network
from stacks.secrets import DatabaseSecret

HANDLERS = {
    "alternating": "postgres_user.handler.alternating_users",
    "single": "postgres_user.handler.single_user",
}


class Rotation(Construct):
    """The function that rotates one secret, the right to call it, and the schedule."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        secret: DatabaseSecret,
        admin: DatabaseSecret,
        database: Database,
        network: Network,
        key: kms.IKey,
        options: settings.Rotation,
        password: settings.Password,
    ) -> None:
        """Create the function and the schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The function's name.
            secret: What is rotated.
            admin: What the function may read to act for the master user.
            database: Where the credential is changed.
            network: Where the function runs.
            key: Encrypts the function's log.
            options: What the team decided about rotation.
            password: What new passwords look like.
        """
        super().__init__(scope, construct_id)
        self.function = PythonFunction(
            self,
            "Function",
            name=name,
            description=f"Rotates the secret {secret.name}",
            bundle=Bundle("postgres_user"),
            handler=HANDLERS[options.strategy],
            key=key,
            network=network,
            timeout=Duration.seconds(30),
            environment=_environment(password),
        )
        secret.grant_rotate(self.function.role, function_arn=self.function.arn)
        admin.grant_read(self.function.role)
        self.function.allow_to(database, network.secrets_endpoint)
        permission = lambda_.CfnPermission(
            self,
            "Permission",
            action="lambda:InvokeFunction",
            function_name=self.function.function.function_arn,
            principal="secretsmanager.amazonaws.com",
            source_account=Stack.of(self).account,
            source_arn=secret.arn,
        )
        # The L1: the L2 knows neither cron nor windows, and its permission lets in any secret.
        self.schedule = secretsmanager.CfnRotationSchedule(
            self,
            "Schedule",
            secret_id=secret.attachment.ref,
            rotation_lambda_arn=self.function.function.function_arn,
            rotate_immediately_on_update=options.on_deploy,
            rotation_rules=secretsmanager.CfnRotationSchedule.RotationRulesProperty(
                schedule_expression=options.schedule, duration=options.window
            ),
        )
        # Secrets Manager calls the function as soon as there is a schedule: it has to be able to
        # reach and to do everything by then.
        self.schedule.node.add_dependency(
            permission, self.function, database, network.secrets_endpoint, secret, admin
        )


def _environment(password: settings.Password) -> dict[str, str]:
    environment = {"PASSWORD_LENGTH": str(password.length)}
    if password.exclude_characters:
        environment["PASSWORD_EXCLUDE_CHARACTERS"] = password.exclude_characters
    return environment
