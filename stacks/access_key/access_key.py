"""All that there is about the access key."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, RemovalPolicies, Stack
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.access_key.ceiling import KeyCeiling
from stacks.access_key.first_key import FirstKey
from stacks.access_key.function import KeyLives
from stacks.access_key.reaper import Reaper
from stacks.access_key.rotation import AccessKeyRotation
from stacks.access_key.secret import AccessKeySecret
from stacks.access_key.user import KeyUser
from stacks.boundary import Boundary
from stacks.endpoints import SecretsEndpoint
from stacks.names import Names
from stacks.secrets_key import SecretsKey


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
        ceiling = KeyCeiling(Stack.of(self), names=names, secret=self.secret.arn, key=secrets_key)
        Boundary(
            self,
            "Boundary",
            path=names.path,
            given=boundary,
            ceiling=list(ceiling.statements()),
        )
        first = FirstKey(
            self, "First", names=names, lives=lives, user=user, secret=self.secret, key=key
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
