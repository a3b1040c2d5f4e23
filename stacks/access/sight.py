"""What shows how the rotation does, without a value."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from credential_rotation.names import Names, arn_of


def see_rotation(scope: Construct, names: Names) -> iam.PolicyStatement:
    """When which secret was rotated, and which version has which label: of all, however many."""
    return iam.PolicyStatement(
        sid="SeeRotation",
        actions=["secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds"],
        resources=[names.secrets(Stack.of(scope))],
    )


def see_alarms(scope: Construct) -> iam.PolicyStatement:
    """Which alarms ring.

    CloudWatch lists alarms by their states and the beginnings of their names, for which it asks
    for the right to all alarms of the region.
    """
    alarms = arn_of(Stack.of(scope), "cloudwatch", "alarm", "*")
    return iam.PolicyStatement(
        sid="SeeAlarms", actions=["cloudwatch:DescribeAlarms"], resources=[alarms]
    )


def log_group(stack: Stack, function: str) -> str:
    """ARN of what a function has logged.

    Args:
        stack: A stack of the account.
        function: The function's name, which may have wildcards.
    """
    return arn_of(stack, "logs", "log-group", f"/aws/lambda/{function}:*")
