"""What no role about the access key may do more than."""

from collections.abc import Iterator

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from stacks.access_key.user import END_KEYS, MAKE_KEYS, user_arn
from stacks.arns import arn_of
from stacks.boundary import at_most
from stacks.function import TRACES
from stacks.names import Names
from stacks.rotated_secret import ROTATE
from stacks.secrets_key import SecretsKey


class KeyCeiling:
    """The statements of a permissions boundary of its own.

    The other functions of the stack never reach IAM, not even with a policy that is too wide. And
    when the setting goes, CloudFormation changes what stays before it deletes what goes: the rights
    to delete the keys must not be in what stays.

    Args:
        stack: Whose roles.
        names: What the names of all that is theirs begin with.
        secret: ARN of the secret.
        key: Encrypts it.
    """

    def __init__(self, stack: Stack, *, names: Names, secret: str, key: SecretsKey) -> None:
        self._stack = stack
        self._names = names
        self._secret = secret
        self._key = key

    def statements(self) -> Iterator[iam.PolicyStatement]:
        """List them."""
        keys = tuple(sorted({*MAKE_KEYS, *END_KEYS}))
        yield at_most("AccessKeys", keys, user_arn(self._stack, self._names))
        yield at_most("Secret", ROTATE, self._secret)
        yield self._key.ceiling("kms:Decrypt", "kms:GenerateDataKey")
        functions = f"/aws/lambda/{self._names.prefix}-access-key-*:*"
        logs = arn_of(self._stack, "logs", "log-group", functions)
        yield at_most("FunctionLogs", ("logs:CreateLogStream", "logs:PutLogEvents"), logs)
        yield at_most("Traces", TRACES, "*")  # as for the functions' roles, see there
