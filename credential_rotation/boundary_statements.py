"""What no role of the rotation stack may do more than, all of them together."""

from collections.abc import Iterator

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from credential_rotation import functions
from credential_rotation.custom_resources import INVOKE, makers
from credential_rotation.database import DELIVER_METRICS, METRICS_LOG
from credential_rotation.functions import TRACES
from credential_rotation.instance import REGISTRATION, SESSIONS
from credential_rotation.keys import SecretsKey
from credential_rotation.names import Names, arn_of
from credential_rotation.network import Network
from credential_rotation.roles import at_most
from credential_rotation.secret import ROTATE


class BoundaryStatements:
    """The statements of the permissions boundary.

    Written down by itself, not collected from the roles: it holds where a role's policy is wrong.

    Args:
        stack: Whose roles.
        names: What the names of all that is theirs begin with.
        key: Encrypts the secrets.
        network: Has the group that one of the functions closes.
        instances: Whether there are roles of instances.
    """

    def __init__(
        self, stack: Stack, *, names: Names, key: SecretsKey, network: Network, instances: bool
    ) -> None:
        self._stack = stack
        self._names = names
        self._instances = instances
        self._key = key
        self._network = network

    def statements(self) -> Iterator[iam.PolicyStatement]:
        """List them."""
        path, prefix = self._names.path, self._names.prefix
        yield at_most(
            "Secrets", ROTATE, arn_of(self._stack, "secretsmanager", "secret", f"{path}/*")
        )
        yield self._list()
        yield self._key.ceiling("kms:Decrypt", "kms:GenerateDataKey")
        yield at_most(
            "FunctionLogs",
            ("logs:CreateLogStream", "logs:PutLogEvents"),
            self._log_group(f"/aws/lambda/{prefix}-*:*"),
        )
        yield at_most(
            "FlowLog",
            ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
            self._log_group(f"/{path}/flow-log:*"),
        )
        yield at_most("Metrics", DELIVER_METRICS, self._log_group(METRICS_LOG))
        yield at_most("CustomResources", INVOKE, makers(self._stack, self._names))
        yield at_most("Traces", TRACES, "*")  # as for the functions' roles, see there
        yield at_most("NetworkInterfaces", functions.NETWORK_INTERFACE_ACTIONS, "*")  # the same
        yield at_most(
            "DefaultGroup",
            ("ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"),
            self._stack.format_arn(
                service="ec2",
                resource="security-group",
                resource_name=self._network.vpc.vpc_default_security_group,
            ),
        )
        if self._instances:
            yield at_most("Sessions", (*REGISTRATION, *SESSIONS), "*")  # as for the role, see there
            yield at_most("Program", ("s3:GetObject",), self._assets())

    def _list(self) -> iam.PolicyStatement:
        """What has no resources, for the one function that does it."""
        watch = arn_of(self._stack, "lambda", "function", f"{self._names.prefix}-watch")
        return iam.PolicyStatement(
            sid="ListSecrets",
            actions=["secretsmanager:ListSecrets"],
            resources=["*"],
            conditions={"ArnEquals": {"lambda:SourceFunctionArn": watch}},
        )

    def _assets(self) -> str:
        """The bucket that `cdk bootstrap` has made, whatever its qualifier."""
        bucket = f"cdk-*-assets-{self._stack.account}-{self._stack.region}"
        return f"arn:{self._stack.partition}:s3:::{bucket}/*"

    def _log_group(self, name: str) -> str:
        return arn_of(self._stack, "logs", "log-group", name)
