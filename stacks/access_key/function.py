"""The functions about the key."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.bundle import Bundle
from stacks.function import PythonFunction
from stacks.names import Names

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
