"""What no role for people may do more than, all of them together."""

from collections.abc import Iterator, Sequence

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam

from stacks.database_secret import DatabaseSecret
from stacks.function import PythonFunction
from stacks.secret_policy import READ
from stacks.secrets_key import SecretsKey
from stacks.settings import Settings

OPERATE = (
    "secretsmanager:CancelRotateSecret",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:ListSecretVersionIds",
    "secretsmanager:RotateSecret",
    "secretsmanager:UpdateSecretVersionStage",
)
"""What people do about secrets without reading one."""


class Ceiling:
    """The statements of the permissions boundary.

    Written down by itself, as in stacks.ceiling. Nothing in it changes a role, a policy or a user.

    Args:
        stack: Whose roles.
        settings: What the team decided.
        application: The one secret that a person may ever read.
        key: Encrypts it.
        functions: The functions that rotate.
    """

    def __init__(
        self,
        stack: Stack,
        *,
        settings: Settings,
        application: DatabaseSecret,
        key: SecretsKey,
        functions: Sequence[PythonFunction],
    ) -> None:
        self._stack = stack
        self._settings = settings
        self._application = application
        self._key = key
        self._functions = functions

    def statements(self) -> Iterator[iam.PolicyStatement]:
        """List them."""
        secrets = self._arn("secretsmanager", "secret", f"{self._settings.path}/*")
        yield _allow("Secrets", OPERATE, secrets)
        yield _allow("Read", [READ], self._application.arn)
        yield self._key.ceiling("kms:Decrypt")
        functions = [function.arn for function in self._functions]
        yield _allow("Rotation", ["lambda:InvokeFunction"], *functions)
        logs = [
            self._arn("logs", "log-group", f"/aws/lambda/{function.name}:*")
            for function in self._functions
        ]
        yield _allow("Logs", ["logs:FilterLogEvents"], *logs)
        alarms = self._arn("cloudwatch", "alarm", "*")
        yield _allow("Alarms", ["cloudwatch:DescribeAlarms"], alarms)
        dashboard = self._stack.format_arn(
            service="cloudwatch",
            region="",
            resource="dashboard",
            resource_name=self._settings.prefix,
        )
        yield _allow("Dashboard", ["cloudwatch:GetDashboard"], dashboard)
        yield _allow("SeeMetrics", ["cloudwatch:GetMetricData"], "*")  # metrics have no ARN

    def _arn(self, service: str, resource: str, name: str) -> str:
        return self._stack.format_arn(
            service=service,
            resource=resource,
            resource_name=name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )


def _allow(sid: str, actions: Sequence[str], *resources: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=list(actions), resources=list(resources))
