"""What no role for people may do more than, all of them together."""

from collections.abc import Iterator, Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from credential_rotation.keys import SecretsKey
from credential_rotation.names import arn_of
from credential_rotation.roles import at_most
from credential_rotation.secret_policy import READ
from credential_rotation.trail import Records
from stacks.access.break_glass import logins_of
from stacks.access.sight import log_group
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
        key: Encrypts the secrets.
        rotators: Names of the functions that rotate, with wildcards.
        records: What CloudTrail has recorded; None if the settings name no trail.
    """

    def __init__(
        self,
        stack: Stack,
        *,
        settings: Settings,
        key: SecretsKey,
        rotators: Sequence[str],
        records: Records | None,
    ) -> None:
        self._stack = stack
        self._settings = settings
        self._key = key
        self._rotators = rotators
        self._records = records

    def statements(self) -> Iterator[iam.PolicyStatement]:
        """List them."""
        names = self._settings.names
        yield at_most("Secrets", OPERATE, names.secrets(self._stack))
        yield at_most("Read", [READ], logins_of(self._stack, names))
        yield self._key.ceiling("kms:Decrypt", secrets=logins_of(self._stack, names))
        functions = [arn_of(self._stack, "lambda", "function", name) for name in self._rotators]
        yield at_most("Rotation", ["lambda:InvokeFunction"], *functions)
        logs = [
            log_group(self._stack, name)
            for name in (*self._rotators, f"{self._settings.prefix}-watch")
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
        if self._records:
            yield from self._records.read()
