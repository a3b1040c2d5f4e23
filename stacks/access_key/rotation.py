"""Rotating the key."""

from aws_cdk import aws_kms as kms
from constructs import Construct, IDependable

from stacks.access_key.function import KeyFunction
from stacks.access_key.secret import AccessKeySecret
from stacks.access_key.user import KeyUser
from stacks.rotation import Rotation
from stacks.settings import Settings

WINDOW = "3h"
"""How long after midnight (UTC) the rotation may start."""


class AccessKeyRotation(Rotation):
    """Makes a new key beside the one in use."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        user: KeyUser,
        secret: AccessKeySecret,
        key: kms.IKey,
        after: IDependable,
    ) -> None:
        """Create the function and the schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided.
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
            settings=settings,
            key=key,
        )
        user.grant_make_keys(self.function.role)
        secret.grant_rotate_from_outside(self.function.role, function_arn=self.function.arn)
        self.run(
            secret_id=secret.arn,
            schedule=f"rate({settings.access_key.interval_days} days)",
            window=WINDOW,
            on_deploy=False,
            after=[after],
        )
