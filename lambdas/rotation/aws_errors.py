"""What a failed call of an AWS service tells."""

from collections.abc import Collection
from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError


def code_of(error: ClientError | BotoCoreError) -> str:
    """AWS's error code, or the kind of failure on the way."""
    return (
        error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    )


def may_pass(error: ClientError | BotoCoreError, *, later: Collection[str]) -> bool:
    """Whether the same call may succeed later.

    Args:
        error: What came of it.
        later: The codes by which the service says so.
    """
    if not isinstance(error, ClientError):
        return True
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return code_of(error) in later or status >= HTTPStatus.INTERNAL_SERVER_ERROR
