"""Rotating a secret on a schedule."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.bundle import Bundle
from stacks.database_secret import DatabaseSecret
from stacks.function import PythonFunction
from stacks.role import Grantee
from stacks.settings import Password
from stacks.site import Site

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
            rotate_immediately_on_update=on_deploy,
            rotation_rules=secretsmanager.CfnRotationSchedule.RotationRulesProperty(
                schedule_expression=schedule, duration=window
            ),
        )
        # Secrets Manager calls the function as soon as there is a schedule, to try it.
        self.schedule.node.add_dependency(permission, *ways)

    def grant_operate(self, role: Grantee) -> None:
        """Let a role start and stop the rotation, move labels back, and read why a step failed.

        It can neither name another function nor change the schedule, and reads no value.
        """
        role.allow(
            iam.PolicyStatement(
                actions=["secretsmanager:RotateSecret"],
                resources=[self.secret.arn],
                conditions={
                    "ArnEqualsIfExists": {"secretsmanager:RotationLambdaARN": self.function.arn},
                    "BoolIfExists": {"secretsmanager:ModifyRotationRules": "false"},
                },
            )
        )
        role.allow(
            iam.PolicyStatement(
                actions=["secretsmanager:CancelRotateSecret"], resources=[self.secret.arn]
            )
        )
        role.allow(
            iam.PolicyStatement(
                actions=["secretsmanager:UpdateSecretVersionStage"],
                resources=[self.secret.arn],
                conditions={
                    "StringEquals": {"secretsmanager:VersionStage": ["AWSCURRENT", "AWSPENDING"]}
                },
            )
        )
        # RotateSecret asks for it as well; a step that Secrets Manager did not begin does nothing.
        # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
        role.allow(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[self.function.arn])
        )
        self.function.grant_read_log(role)


def _password_rules(password: Password) -> dict[str, str]:
    rules = {"PASSWORD_LENGTH": str(password.length)}
    if password.exclude_characters:
        rules["PASSWORD_EXCLUDE_CHARACTERS"] = password.exclude_characters
    return rules
