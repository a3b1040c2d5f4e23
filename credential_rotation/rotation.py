"""Rotating a secret on a schedule."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Stack, Tags
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct, IDependable

from credential_rotation.functions import PythonFunction
from credential_rotation.roles import Grantee
from credential_rotation.secret import WATCHED, RotatedSecret


@dataclass(frozen=True)
class RotationRules:
    """When to rotate.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html

    Attributes:
        schedule: As `rate(…)` or `cron(…)`.
        window: How long after the scheduled hour the rotation may start, such as `3h`.
        on_deploy: Whether to rotate whenever a deployment changes the schedule, too.
    """

    schedule: str
    window: str
    on_deploy: bool = False


class Rotation(Construct):
    """A function that rotates one secret, the right to call it, and the schedule.

    Attributes:
        secret: What is rotated.
        strategy: What the function's metrics are called.
        function: The function.
        schedule: When; it has to wait for what a rotation needs.
    """

    secret: RotatedSecret
    strategy: str
    function: PythonFunction
    schedule: secretsmanager.CfnRotationSchedule

    def run(
        self,
        *,
        secret_id: str,
        rules: RotationRules,
        after: Sequence[IDependable],
    ) -> None:
        """Let Secrets Manager call the function, and say when.

        Args:
            secret_id: The secret's ARN, of the resource that completes it.
            rules: When to rotate.
            after: What has to exist before the function can run.
        """
        arn = self.function.function.function_arn
        permission = lambda_.CfnPermission(
            self,
            "Permission",
            action="lambda:InvokeFunction",
            function_name=arn,
            principal="secretsmanager.amazonaws.com",
            source_account=Stack.of(self).account,
            source_arn=self.secret.arn,
        )
        # The L1: the L2 knows neither cron nor windows, and its permission lets in any secret.
        self.schedule = secretsmanager.CfnRotationSchedule(
            self,
            "Schedule",
            secret_id=secret_id,
            rotation_lambda_arn=arn,
            rotate_immediately_on_update=rules.on_deploy,
            rotation_rules=secretsmanager.CfnRotationSchedule.RotationRulesProperty(
                schedule_expression=rules.schedule, duration=rules.window
            ),
        )
        # Secrets Manager calls the function as soon as there is a schedule, to try it.
        self.schedule.node.add_dependency(permission, *after)
        Tags.of(self.secret).add(WATCHED, self.secret.path)

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
