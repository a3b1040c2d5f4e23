"""The functions about the key."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.bundle import Bundle
from stacks.function import PythonFunction
from stacks.settings import Settings

TIMEOUT = Duration.seconds(90)
"""A step waits 60 seconds for IAM at most, and a call that it begins then takes 13."""


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
        settings: Settings,
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
            settings: What the team decided.
            key: Encrypts its log.
            environment: Variables besides those of all of these functions.
        """
        days = settings.access_key
        super().__init__(
            scope,
            construct_id,
            name=f"{settings.prefix}-{name}",
            description=description,
            bundle=Bundle("iam_access_key"),
            handler=f"iam_access_key.handler.{handler}",
            key=key,
            vpc=None,
            timeout=TIMEOUT,
            environment={
                "IAM_USER_ARN": user_arn,
                "GRACE_DAYS": str(days.grace_days),
                "REST_DAYS": str(days.rest_days),
                "NOTICE_DAYS": str(days.notice_days),
                **(environment or {}),
            },
        )
