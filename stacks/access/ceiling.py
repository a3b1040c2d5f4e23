"""What no role for people may do more than, all of them together."""

from collections.abc import Iterator, Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from credential_rotation.database_secret import DatabaseSecret
from credential_rotation.functions import PythonFunction
from credential_rotation.keys import SecretsKey
from credential_rotation.names import arn_of
from credential_rotation.roles import at_most
from credential_rotation.secret import READ
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


class BoundaryStatements:
    """The statements of the permissions boundary.

    Written down by itself, as in credential_rotation.boundary_statements. Nothing in it changes a
    role, a policy or a user.

    Args:
        stack: Whose roles.
        settings: What the team decided.
        application: The one secret that a person may ever read.
        key: Encrypts it.
        functions: The functions that rotate.
        watch: The function whose log names what is overdue.
    """

    def __init__(
        self,
        stack: Stack,
        *,
        settings: Settings,
        application: DatabaseSecret,
        key: SecretsKey,
        functions: Sequence[PythonFunction],
        watch: PythonFunction,
    ) -> None:
        self._stack = stack
        self._settings = settings
        self._application = application
        self._key = key
        self._functions = functions
        self._watch = watch

    def statements(self) -> Iterator[iam.PolicyStatement]:
        """List them."""
        secrets = arn_of(self._stack, "secretsmanager", "secret", f"{self._settings.path}/*")
        yield at_most("Secrets", OPERATE, secrets)
        yield at_most("Read", [READ], self._application.arn)
        yield self._key.ceiling("kms:Decrypt")
        functions = [function.arn for function in self._functions]
        yield at_most("Rotation", ["lambda:InvokeFunction"], *functions)
        logs = [
            arn_of(self._stack, "logs", "log-group", f"/aws/lambda/{function.name}:*")
            for function in (*self._functions, self._watch)
        ]
        yield at_most("Logs", ["logs:FilterLogEvents"], *logs)
        alarms = arn_of(self._stack, "cloudwatch", "alarm", "*")
        yield at_most("Alarms", ["cloudwatch:DescribeAlarms"], alarms)
        dashboard = self._stack.format_arn(
            service="cloudwatch",
            region="",
            resource="dashboard",
            resource_name=self._settings.prefix,
        )
        yield at_most("Dashboard", ["cloudwatch:GetDashboard"], dashboard)
        yield at_most("SeeMetrics", ["cloudwatch:GetMetricData"], "*")  # metrics have no ARN
