"""What ends the lives of keys."""

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.access_key.function import KeyFunction, KeyLives
from stacks.access_key.secret import AccessKeySecret
from stacks.access_key.user import KeyUser
from stacks.names import Names
from stacks.run_every import run_every

EVERY = Duration.hours(6)


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
            EVERY,
            description="Ends the lives of access keys that were replaced",
            target="Reaper",
        )
