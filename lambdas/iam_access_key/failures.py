"""What IAM and STS answer, as our errors."""

from botocore.exceptions import BotoCoreError, ClientError

from rotation import aws_errors
from rotation.aws_errors import code_of
from rotation.errors import (
    BusyError,
    GoneError,
    RefusedChangeError,
    TargetError,
    UnreachableError,
)

_LATER = {
    "ConcurrentModification",
    "EntityTemporarilyUnmodifiable",
    "RequestTimeout",
    "ServiceFailure",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}


def failure(operation: str, user: str, error: ClientError | BotoCoreError) -> TargetError:
    """Turns a failed call into an error of ours. AWS's own words are left out.

    Args:
        operation: Which call.
        user: The user that it was about.
        error: What came of it.
    """
    code = code_of(error)
    cause = f"{operation} for the user {user} was answered {code}"
    if code == "NoSuchEntity":
        return GoneError(
            cause,
            remedy="If the user was deleted, deploy the stack again: it makes the user and its key"
            " anew; consumers have no key until then",
        )
    if code == "LimitExceeded":
        return BusyError(
            f"{cause}: it has two keys, as many as IAM allows",
            remedy="See which keys the user has: one that this secret does not hold was made by"
            " somebody else",
        )
    if may_pass(error):
        return UnreachableError(cause, remedy="Try again later; if it stays, see AWS's health page")
    return RefusedChangeError(cause, remedy="Compare the function's role with what it needs")


def may_pass(error: ClientError | BotoCoreError) -> bool:
    """Whether the same call may succeed later."""
    return aws_errors.may_pass(error, later=_LATER)
