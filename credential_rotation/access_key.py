"""An IAM user whose access key rotates by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import CfnOutput, Duration, RemovalPolicies, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct, IDependable

from credential_rotation.access_key_user import (
    END_KEYS,
    MAKE_KEYS,
    AccessKeySecret,
    KeyUser,
    user_arn,
)
from credential_rotation.bundle import Bundle
from credential_rotation.custom_resources import CustomResources
from credential_rotation.endpoints import SecretsEndpoint
from credential_rotation.functions import TRACES, PythonFunction, run_every
from credential_rotation.keys import SecretsKey
from credential_rotation.names import Names, arn_of
from credential_rotation.roles import Boundary, at_most
from credential_rotation.rotation import Rotation, RotationRules
from credential_rotation.secret import ROTATE

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
        names: Names,
        lives: KeyLives,
        key: kms.IKey,
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
            names: What its name begins with.
            lives: How long keys live.
            key: Encrypts its log.
            environment: Variables besides those of all of these functions.
        """
        super().__init__(
            scope,
            construct_id,
            name=f"{names.prefix}-{name}",
            description=description,
            bundle=Bundle("iam_access_key"),
            handler=f"iam_access_key.handler.{handler}",
            key=key,
            vpc=None,
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
        names: Names,
        lives: KeyLives,
        user: KeyUser,
        secret: AccessKeySecret,
        custom_resources: CustomResources,
        key: kms.IKey,
    ) -> None:
        """Make the key.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What the names of all that is made begin with.
            lives: How long keys live.
            user: Whose key it is.
            secret: What is to hold it.
            custom_resources: What calls the function.
            key: Encrypts the function's log.
        """
        super().__init__(scope, construct_id)
        function = KeyFunction(
            self,
            "Function",
            name="access-key-users",
            description=f"Makes the first key of the secret {secret.name}",
            handler="first_key",
            user_arn=user.arn,
            names=names,
            lives=lives,
            key=key,
        )
        user.grant_make_keys(function.role)
        secret.grant_fill(function.role)
        custom_resources.make(
            self,
            "Made",
            kind="FirstAccessKey",
            function=function.function.function_arn,
            properties={"SecretArn": secret.arn},
            after=[user, secret.policy],
        )


WINDOW = "3h"
"""How long after midnight (UTC) the rotation may start."""


class AccessKeyRotation(Rotation):
    """Makes a new key beside the one in use."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        lives: KeyLives,
        user: KeyUser,
        secret: AccessKeySecret,
        key: kms.IKey,
        after: IDependable,
    ) -> None:
        """Create the function and the schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What the names of all that is made begin with.
            lives: How long keys live.
            user: Whose key it is.
            secret: What is rotated.
            key: Encrypts the function's log.
            after: What makes the first key.
        """
        super().__init__(scope, construct_id)
        self.secret = secret
        self.strategy = "access-key"
        self.function = KeyFunction(
            self,
            "Function",
            name="access-key-rotation",
            description=f"Rotates the secret {secret.name}",
            handler="handler",
            user_arn=user.arn,
            names=names,
            lives=lives,
            key=key,
        )
        user.grant_make_keys(self.function.role)
        secret.grant_rotate_from_outside(self.function.role, function_arn=self.function.arn)
        self.run(
            secret_id=secret.arn,
            rules=RotationRules(f"rate({lives.interval_days} days)", WINDOW),
            after=[after],
        )


REAPED_EVERY = Duration.hours(6)


class Reaper(Construct):
    """Deactivates and deletes keys that were replaced, and measures how old the others are."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        lives: KeyLives,
        user: KeyUser,
        secret: AccessKeySecret,
        key: kms.IKey,
    ) -> None:
        """Create the function and its schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What the names of all that is made begin with.
            lives: How long keys live.
            user: Whose keys.
            secret: What says which of them are in use.
            key: Encrypts the function's log.
        """
        super().__init__(scope, construct_id)
        self.function = KeyFunction(
            self,
            "Function",
            name="access-key-reaper",
            description="Deactivates and deletes access keys that were replaced",
            handler="reaper",
            user_arn=user.arn,
            names=names,
            lives=lives,
            key=key,
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
        yield self._key.ceiling("kms:Decrypt", "kms:GenerateDataKey")
        functions = f"/aws/lambda/{self._names.prefix}-access-key-*:*"
        logs = arn_of(self._stack, "logs", "log-group", functions)
        yield at_most("FunctionLogs", ("logs:CreateLogStream", "logs:PutLogEvents"), logs)
        yield at_most("Traces", TRACES, "*")  # as for the functions' roles, see there


class AccessKey(Construct):
    """An IAM user, its key in a secret, the rotation and the reaper.

    Attributes:
        user_name: The user's name.
        secret: What holds the key.
        rotation: What changes it.
        reaper: Name of the function that ends the lives of keys.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        policy: str,
        readers: Sequence[str],
        lives: KeyLives,
        boundary: str,
        secrets_key: SecretsKey,
        key: kms.IKey,
        endpoint: SecretsEndpoint,
        custom_resources: CustomResources,
    ) -> None:
        """Create all of it.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What the names of all that is made begin with.
            policy: ARN of what the user may do.
            readers: ARNs of roles that may read the secret and are not of this stack.
            lives: How long keys live.
            boundary: ARN of a permissions boundary to take instead of ours; empty for none.
            secrets_key: Encrypts the secret.
            key: Encrypts the functions' logs.
            endpoint: The way to the secret from the network, for readers there.
            custom_resources: What has the first key made.
        """
        super().__init__(scope, construct_id)
        user = KeyUser(self, "User", names=names, policy=policy)
        self.user_name = user.name
        self.secret = AccessKeySecret(
            self,
            "Secret",
            names=names,
            user_name=user.name,
            key=secrets_key,
            endpoint=endpoint,
            readers=readers,
        )
        ceiling = KeyBoundaryStatements(
            Stack.of(self), names=names, secret=self.secret.arn, key=secrets_key
        )
        Boundary(
            self,
            "Boundary",
            path=names.path,
            given=boundary,
            ceiling=list(ceiling.statements()),
        )
        first = FirstKey(
            self,
            "First",
            names=names,
            lives=lives,
            user=user,
            secret=self.secret,
            custom_resources=custom_resources,
            key=key,
        )
        self.rotation = AccessKeyRotation(
            self,
            "Rotation",
            names=names,
            lives=lives,
            user=user,
            secret=self.secret,
            key=key,
            after=first,
        )
        reaper = Reaper(
            self, "Reaper", names=names, lives=lives, user=user, secret=self.secret, key=key
        )
        self.reaper = reaper.function.name
        stack = Stack.of(self)
        CfnOutput(stack, "AccessKeySecretName", value=self.secret.name)
        CfnOutput(stack, "AccessKeyUserName", value=user.name)
        CfnOutput(stack, "AccessKeyRotationFunctionName", value=self.rotation.function.name)
        CfnOutput(stack, "AccessKeyReaperFunctionName", value=self.reaper)
        # It comes and goes with a setting: what stays would be in the way of its next one, and a
        # secret whose key was deleted is worth nothing.
        RemovalPolicies.of(self).destroy(
            apply_to_resource_types=["AWS::Logs::LogGroup", "AWS::SecretsManager::Secret"]
        )
