"""What shows how the rotation does, without a value."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from credential_rotation.names import arn_of
from credential_rotation.secret import RotatedSecret


def see_rotation(secrets: Sequence[RotatedSecret]) -> iam.PolicyStatement:
    """When which secret was rotated, and which version has which label."""
    return iam.PolicyStatement(
        sid="SeeRotation",
        actions=["secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds"],
        resources=[secret.arn for secret in secrets],
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
