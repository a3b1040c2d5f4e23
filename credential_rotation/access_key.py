"""An IAM user whose access key rotates by itself."""

import json
from collections.abc import Iterator, Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from credential_rotation.access_key_user import END_KEYS, MAKE_KEYS, KeyUser, user_arn
from credential_rotation.functions import TRACES
from credential_rotation.keys import SecretsKey
from credential_rotation.monitoring import CredentialGroup
from credential_rotation.names import Names, arn_of
from credential_rotation.platform import Platform
from credential_rotation.roles import Boundary, at_most
from credential_rotation.secret_policy import ROTATE
from credential_rotation.token import TokenCode, TokenLives, TokenRotation, TokenSecret


class KeyBoundaryStatements:
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
        yield self._key.ceiling("kms:Decrypt", "kms:GenerateDataKey", secrets=self._secret)
        functions = f"/aws/lambda/{self._names.prefix}-access-key-*:*"
        logs = arn_of(self._stack, "logs", "log-group", functions)
        yield at_most("FunctionLogs", ("logs:CreateLogStream", "logs:PutLogEvents"), logs)
        yield at_most("Traces", TRACES, "*")  # as for the functions' roles, see there


class AccessKey(Construct):
    """An IAM user, its key in a secret that rotates, and the reaper. Also see `Credential`.

    IAM's API has no endpoint in most regions' networks, so the functions are outside of them.

    Attributes:
        user_name: The user's name.
        reaper: The function that ends the lives of keys.
    """

    id = "AccessKey"
    strategy = "access-key"

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        names: Names | None = None,
        policy: str,
        readers: Sequence[str],
        lives: TokenLives,
    ) -> None:
        """Create all of it.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            platform: What it shares with others.
            names: What names begin with; those of the platform if left out.
            policy: ARN of what the user may do.
            readers: ARNs of roles that may read the secret and are not of this app.
            lives: How long keys live.
        """
        super().__init__(scope, construct_id)
        names = names or platform.names
        user = KeyUser(self, "User", names=names, policy=policy)
        self.user_name = user.name
        self.secret = TokenSecret(
            self,
            "Secret",
            platform=platform,
            name=f"{names.path}/access-key",
            description=f"Access key of the IAM user {user.name}",
            text=json.dumps({"UserName": user.name}),
            readers=readers,
        )
        ceiling = KeyBoundaryStatements(
            Stack.of(self), names=names, secret=self.secret.arn, key=platform.secrets_key
        )
        Boundary(
            self,
            "Boundary",
            path=names.path,
            given=platform.options.boundary,
            ceiling=list(ceiling.statements()),
        )
        self._rotation = TokenRotation(
            self,
            platform=platform,
            names=names.within("access-key"),
            code=TokenCode("iam_access_key", "access key", {"IAM_USER_ARN": user.arn}, by_id=False),
            lives=lives,
            secret=self.secret,
            issuer=user,
            after=[user],
        )
        self.function = self._rotation.function
        self.reaper = self._rotation.reaper

    @property
    def group(self) -> CredentialGroup:
        """What watches it."""
        return self._rotation.group(self.id, self)
