"""Calls of IAM, with errors that tell what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from credential_rotation.command.inventory.errors import NoAnswerError, NotAllowedError

PERMISSIONS = (
    "iam:GenerateCredentialReport",
    "iam:GetAccountAuthorizationDetails",
    "iam:GetCredentialReport",
)
"""All that the inventory needs; none of these actions has resources.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})


@contextmanager
def told() -> Iterator[None]:
    """Turn the SDK's errors into ours.

    Raises:
        NotAllowedError: A permission is missing.
        NoAnswerError: There are no credentials, or AWS is out of reach or refuses otherwise.
    """
    try:
        yield
    except ClientError as error:
        why = error.response["Error"].get("Message", str(error))
        if error.response["Error"]["Code"] in _DENIED:
            raise NotAllowedError(f"iam:{error.operation_name}", why) from error
        raise NoAnswerError(str(error)) from error
    except BotoCoreError as error:
        raise NoAnswerError(str(error)) from error
