"""What no role of ours may do more than, whatever its own policy says.

Written down by itself, not collected from the roles: it holds where a role's policy is wrong.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from credential_rotation import functions
from credential_rotation.custom_resources import INVOKE, makers
from credential_rotation.functions import TRACES
from credential_rotation.names import Names, arn_of
from credential_rotation.roles import at_most
from credential_rotation.rotation_watch import may_list
from credential_rotation.secret_policy import ROTATE

if TYPE_CHECKING:
    from credential_rotation.platform import Platform

REGISTRATION = ("ssm:UpdateInstanceInformation",)
SESSIONS = (
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
"""What the agent of Systems Manager does on an instance."""

DELIVER_METRICS = (
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogStreams",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
    "logs:PutRetentionPolicy",
)
"""What RDS asks for, of the log group of its metrics and its streams."""

METRICS_LOG = "RDSOSMetrics:*"
"""The group and its streams. The ending is needed for the group as well: CloudWatch Logs asks for
what is about a whole group with the ARN of a stream whose name is empty."""


def of_functions(
    stack: Stack, names: Names, *, in_a_network: bool = True
) -> Iterator[iam.PolicyStatement]:
    """What all functions do: write logs, send traces and, in a network, have interfaces."""
    yield at_most(
        "FunctionLogs",
        ("logs:CreateLogStream", "logs:PutLogEvents"),
        arn_of(stack, "logs", "log-group", f"/aws/lambda/{names.prefix}-*:*"),
    )
    yield at_most("Traces", TRACES, "*")  # as for the functions' roles, see there
    if in_a_network:
        yield at_most("NetworkInterfaces", functions.NETWORK_INTERFACE_ACTIONS, "*")  # the same


class PlatformBoundary:
    """The statements of the boundary of what databases share, and of an instance of ours.

    Args:
        stack: Whose roles.
        platform: Whose names, key and network.
    """

    def __init__(self, stack: Stack, platform: "Platform") -> None:
        self._stack = stack
        self._platform = platform

    def statements(self) -> Iterator[iam.PolicyStatement]:
        """List them."""
        names, group = self._platform.names, self._platform.default_security_group
        yield from of_functions(self._stack, names)
        yield may_list(self._stack, names)
        yield at_most("CustomResources", INVOKE, makers(self._stack, names))
        if group:
            flow_log = arn_of(self._stack, "logs", "log-group", f"/{names.path}/flow-log:*")
            yield at_most(
                "FlowLog",
                ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
                flow_log,
            )
            yield at_most(
                "DefaultGroup",
                ("ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"),
                self._stack.format_arn(
                    service="ec2",
                    resource="security-group",
                    resource_name=group,
                ),
            )


class DatabaseBoundary:
    """The statements of the boundary of one database's roles: its own secrets and no other's.

    Args:
        stack: Whose roles.
        platform: Whose key encrypts the secrets.
        names: The database's.
        ours: Whether the server is an instance of ours.
    """

    def __init__(self, stack: Stack, platform: "Platform", *, names: Names, ours: bool) -> None:
        self._stack = stack
        self._platform = platform
        self._names = names
        self._ours = ours

    def statements(self) -> Iterator[iam.PolicyStatement]:
        """List them."""
        yield at_most("Secrets", ROTATE, self._names.secrets(self._stack))
        yield self._platform.secrets_key.ceiling(
            "kms:Decrypt", "kms:GenerateDataKey", secrets=self._names.secrets(self._stack)
        )
        yield from of_functions(self._stack, self._names)
        if self._ours:
            metrics = arn_of(self._stack, "logs", "log-group", METRICS_LOG)
            yield at_most("Metrics", DELIVER_METRICS, metrics)
