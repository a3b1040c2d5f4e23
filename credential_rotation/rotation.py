"""Rotating a secret on a schedule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from aws_cdk import Stack, Tags
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct, IDependable

from credential_rotation.functions import PythonFunction
from credential_rotation.secret import RotatedSecret
from credential_rotation.secret_policy import WATCHED


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


class NamedSecret(Protocol):
    """A secret, of ours or of somebody else's.

    Attributes:
        name: Its name.
        arn: Its ARN.
    """

    name: str
    arn: str


class Credential(Protocol):
    """A secret that rotates, whatever it is for."""

    @property
    def id(self) -> str:
        """What outputs are called after, such as `MainApp`."""

    @property
    def secret(self) -> NamedSecret:
        """What is rotated."""

    @property
    def strategy(self) -> str:
        """What the function's metrics are called."""

    @property
    def function(self) -> PythonFunction:
        """What rotates it."""


def permit_rotation(
    function: PythonFunction, *, secrets: str, scope: Construct | None = None
) -> lambda_.CfnPermission:
    """Let Secrets Manager call a function, for some secrets alone.

    Args:
        function: The function.
        secrets: Their ARN, which may have a wildcard.
        scope: The parent of the permission; the function if left out.
    """
    return lambda_.CfnPermission(
        scope or function,
        "Permission",
        action="lambda:InvokeFunction",
        function_name=function.function.function_arn,
        principal="secretsmanager.amazonaws.com",
        source_account=Stack.of(function).account,
        source_arn=secrets,
    )


def rotate(
    scope: Construct,
    *,
    secret: RotatedSecret,
    secret_id: str,
    function: PythonFunction,
    rules: RotationRules,
    after: Sequence[IDependable],
) -> secretsmanager.CfnRotationSchedule:
    """Say when a secret is rotated, and by what.

    Args:
        scope: The parent of the schedule.
        secret: The secret.
        secret_id: The secret's ARN, of the resource that completes it.
        function: The function.
        rules: When.
        after: What has to exist before: Secrets Manager calls the function at once, to try it.
    """
    # The L1: the L2 knows neither cron nor windows, and its permission lets in any secret.
    schedule = secretsmanager.CfnRotationSchedule(
        scope,
        "Schedule",
        secret_id=secret_id,
        rotation_lambda_arn=function.function.function_arn,
        rotate_immediately_on_update=rules.on_deploy,
        rotation_rules=secretsmanager.CfnRotationSchedule.RotationRulesProperty(
            schedule_expression=rules.schedule, duration=rules.window
        ),
    )
    # For the function itself it waits anyway, because it names it.
    ready = [each for each in function.ready if each is not function.function]
    schedule.node.add_dependency(*ready, *after)
    Tags.of(secret).add(WATCHED, secret.path)
    return schedule
