"""What no role for people may do more than, all of them together."""

from collections.abc import Iterator

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam

from stacks.database_secret import DatabaseSecret
from stacks.secret_policy import READ
from stacks.settings import Settings


class Ceiling:
    """The statements of the permissions boundary.

    Written down by itself, as in stacks.ceiling. Nothing in it changes a role, a policy or a user.

    Args:
        stack: Whose roles.
        settings: What the team decided.
        application: The one secret that a person may ever read.
    """

    def __init__(self, stack: Stack, *, settings: Settings, application: DatabaseSecret) -> None:
        self._stack = stack
        self._settings = settings
        self._application = application

    def statements(self) -> Iterator[iam.PolicyStatement]:
        """List them."""
        path, prefix = self._settings.path, self._settings.prefix
        yield _allow(
            "Secrets",
            self._arn("secretsmanager", "secret", f"{path}/*"),
            "secretsmanager:CancelRotateSecret",
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetResourcePolicy",
            "secretsmanager:ListSecretVersionIds",
            "secretsmanager:RotateSecret",
            "secretsmanager:UpdateSecretVersionStage",
        )
        yield _allow("Read", self._application.arn, READ)
        yield self._application.key.ceiling("kms:Decrypt")
        yield _allow(
            "Rotation",
            self._arn("lambda", "function", f"{prefix}-*rotation"),
            "lambda:InvokeFunction",
        )
        yield _allow(
            "Logs",
            self._arn("logs", "log-group", f"/aws/lambda/{prefix}-*rotation:*"),
            "logs:FilterLogEvents",
        )
        yield _allow("Alarms", self._arn("cloudwatch", "alarm", "*"), "cloudwatch:DescribeAlarms")
        dashboard = self._stack.format_arn(
            service="cloudwatch", region="", resource="dashboard", resource_name=prefix
        )
        yield _allow("Dashboard", dashboard, "cloudwatch:GetDashboard")
        yield _allow("Metrics", "*", "cloudwatch:GetMetricData")  # metrics have no ARN

    def _arn(self, service: str, resource: str, name: str) -> str:
        return self._stack.format_arn(
            service=service,
            resource=resource,
            resource_name=name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )


def _allow(sid: str, resource: str, *actions: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=list(actions), resources=[resource])
