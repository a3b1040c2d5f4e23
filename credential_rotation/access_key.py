"""An IAM user whose access key rotates by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicies, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from credential_rotation import metrics
from credential_rotation.access_key_user import (
    END_KEYS,
    MAKE_KEYS,
    AccessKeySecret,
    KeyUser,
    user_arn,
)
from credential_rotation.alarms import Alarms
from credential_rotation.bundle import Bundle
from credential_rotation.functions import TRACES, PythonFunction, run_every
from credential_rotation.keys import SecretsKey
from credential_rotation.monitoring import CredentialGroup
from credential_rotation.names import Names, arn_of
from credential_rotation.platform import Platform
from credential_rotation.roles import Boundary, at_most
from credential_rotation.rotation import RotationRules, permit_rotation, rotate
from credential_rotation.secret_policy import ROTATE

TIMEOUT = Duration.seconds(90)
"""A step waits 60 seconds for IAM at most, and a call that it begins then takes 13."""


@dataclass(frozen=True)
class KeyLives:
    """How long keys live, in days.

    Attributes:
        interval_days: Between two rotations.
        grace_days: That the key before keeps working after a rotation.
        rest_days: That it is kept deactivated afterwards.
        notice_days: That people have to mend a rotation that fails.
    """

    interval_days: int
    grace_days: int
    rest_days: int
    notice_days: int


class KeyFunction(PythonFunction):
    """A function outside of the network: IAM's API has no endpoint in it in most regions."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        handler: str,
        user_arn: str,
        platform: Platform,
        lives: KeyLives,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Create the function.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The function's name, without what the names of the stack begin with.
            description: What the function is for.
            handler: Which function of the code AWS calls.
            user_arn: Whose keys it is about.
            platform: What its name begins with, and what encrypts its log.
            lives: How long keys live.
            environment: Variables besides those of all of these functions.
        """
        super().__init__(
            scope,
            construct_id,
            names=platform.names.within("access-key"),
            name=name,
            description=description,
            bundle=Bundle("iam_access_key"),
            handler=f"iam_access_key.handler.{handler}",
            key=platform.data_key,
            placement=None,
            timeout=TIMEOUT,
            environment={
                "IAM_USER_ARN": user_arn,
                "GRACE_DAYS": str(lives.grace_days),
                "REST_DAYS": str(lives.rest_days),
                "NOTICE_DAYS": str(lives.notice_days),
                **(environment or {}),
            },
        )


class FirstKey(Construct):
    """A key for a secret that holds none yet, made by a function and not by CloudFormation.

    When the stack or the setting goes, the keys go first: IAM deletes no user who has any, and
    nothing would rotate them any more.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        lives: KeyLives,
        user: KeyUser,
        secret: AccessKeySecret,
    ) -> None:
        """Make the key.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            platform: What names begin with, keys, and what answers CloudFormation.
            lives: How long keys live.
            user: Whose key it is.
            secret: What is to hold it.
        """
        super().__init__(scope, construct_id)
        function = KeyFunction(
            self,
            "Function",
            name="users",
            description=f"Makes the first key of the secret {secret.name}",
            handler="first_key",
            user_arn=user.arn,
            platform=platform,
            lives=lives,
        )
        user.grant_make_keys(function.role)
        secret.grant_fill(function.role)
        self.made = platform.custom_resources.make(
            self,
            "Made",
            kind="FirstAccessKey",
            function=function.arn,
            properties={"SecretArn": secret.arn},
            after=[user, secret.policy, *function.ready],
        )


WINDOW = "3h"
"""How long after midnight (UTC) the rotation may start."""


REAPED_EVERY = Duration.hours(6)


class Reaper(Construct):
    """Deactivates and deletes keys that were replaced, and measures how old the others are."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        lives: KeyLives,
        user: KeyUser,
        secret: AccessKeySecret,
    ) -> None:
        """Create the function and its schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            platform: What names begin with, keys, and what answers CloudFormation.
            lives: How long keys live.
            user: Whose keys.
            secret: What says which of them are in use.
        """
        super().__init__(scope, construct_id)
        self.function = KeyFunction(
            self,
            "Function",
            name="reaper",
            description="Deactivates and deletes access keys that were replaced",
            handler="reaper",
            user_arn=user.arn,
            platform=platform,
            lives=lives,
            environment={"SECRET_ID": secret.arn},
        )
        user.grant_end_keys(self.function.role)
        secret.grant_know(self.function.role)
        run_every(
            self,
            self.function,
            REAPED_EVERY,
            description="Ends the lives of access keys that were replaced",
            target="Reaper",
        )


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
        policy: str,
        readers: Sequence[str],
        lives: KeyLives,
    ) -> None:
        """Create all of it.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            platform: What names begin with, and what it shares with others.
            policy: ARN of what the user may do.
            readers: ARNs of roles that may read the secret and are not of this app.
            lives: How long keys live.
        """
        super().__init__(scope, construct_id)
        names = platform.names
        self._names = names.within("access-key")
        user = KeyUser(self, "User", names=names, policy=policy)
        self.user_name = user.name
        self.secret = AccessKeySecret(
            self, "Secret", platform=platform, user_name=user.name, readers=readers
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
        first = FirstKey(
            self, "First", platform=platform, lives=lives, user=user, secret=self.secret
        )
        self.function = KeyFunction(
            self,
            "Rotation",
            name="rotation",
            description=f"Rotates the secret {self.secret.name}",
            handler="handler",
            user_arn=user.arn,
            platform=platform,
            lives=lives,
        )
        user.grant_make_keys(self.function.role)
        self.secret.grant_rotate_from_outside(self.function.role, function_arn=self.function.arn)
        rotate(
            self,
            secret=self.secret,
            secret_id=self.secret.arn,
            function=self.function,
            rules=RotationRules(f"rate({lives.interval_days} days)", WINDOW),
            after=[permit_rotation(self.function, secrets=self.secret.arn), first.made],
        )
        self.reaper = Reaper(
            self, "Reaper", platform=platform, lives=lives, user=user, secret=self.secret
        ).function
        # It comes and goes with a setting: what stays would be in the way of its next one, and a
        # secret whose key was deleted is worth nothing.
        RemovalPolicies.of(self).destroy(
            apply_to_resource_types=["AWS::Logs::LogGroup", "AWS::SecretsManager::Secret"]
        )

    @property
    def group(self) -> CredentialGroup:
        """What watches it."""
        return CredentialGroup(
            id=self.id,
            names=self._names,
            secrets=self.secret.name,
            credentials=[self],
            strangers=self.secret.strangers,
            helpers=[self.reaper],
            further_alarms=self._ring,
        )

    def _ring(self, alarms: Alarms) -> None:
        keys = {"service": self.reaper.name, "user": self.user_name}
        alarms.ring(
            "late",
            metrics.largest("Late", period=Duration.days(1), **keys),
            f"An access key of the IAM user {self.user_name} has to be replaced within the days "
            "that people were promised (access_key.notice_days), or the reaper that measures it "
            "has stopped.",
            silence=True,
        )
        alarms.ring(
            "strange",
            metrics.largest("StrangeKeys", period=Duration.days(1), **keys),
            f"The IAM user {self.user_name} has an access key that no version of the secret holds. "
            "Nothing touches it, and it keeps the next rotation from making one.",
        )
