"""Rotating the key."""

from aws_cdk import aws_kms as kms
from constructs import Construct, IDependable

from stacks.access_key.function import KeyFunction, KeyLives
from stacks.access_key.secret import AccessKeySecret
from stacks.access_key.user import KeyUser
from stacks.names import Names
from stacks.rotation import Rotation, RotationRules

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
