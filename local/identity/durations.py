"""How long sessions may last.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_request.html
"""

from typing import Final

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.exceptions import STSValidationError

_SHORTEST: Final = 900
_HOUR: Final = 3600
_LONGEST_OF_A_ROLE: Final = 43_200
_LONGEST_OF_A_USER: Final = 129_600
_USUAL_OF_A_USER: Final = 43_200


def assumed_seconds(role_arn: str, asked: int | None, *, chained: bool) -> int:
    """Find out how long a role's session lasts.

    Args:
        role_arn: The role.
        asked: The length in seconds that the call asks for; None for an hour.
        chained: Whether a role's session assumes the role.

    Raises:
        STSValidationError: It is shorter or longer than AWS, the role or a chain of roles allows.
    """
    if asked is None:
        return _HOUR
    _check_range(asked, _LONGEST_OF_A_ROLE)
    if asked > _longest_of(role_arn):
        raise STSValidationError(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    if chained and asked > _HOUR:
        raise STSValidationError(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
            "role chaining"
        )
    return asked


def session_seconds(asked: int | None) -> int:
    """Find out how long an IAM user's session lasts.

    Args:
        asked: The length in seconds that the call asks for; None for twelve hours.

    Raises:
        STSValidationError: It is shorter or longer than AWS allows.
    """
    if asked is None:
        return _USUAL_OF_A_USER
    _check_range(asked, _LONGEST_OF_A_USER)
    return asked


def _longest_of(role_arn: str) -> int:
    _, partition, _, _, account, _ = role_arn.split(":", 5)
    try:
        role = iam_backends[account][partition].get_role_by_arn(role_arn)
    except NotFoundException:
        return _HOUR
    return int(role.max_session_duration or _HOUR)


def _check_range(seconds: int, longest: int) -> None:
    if _SHORTEST <= seconds <= longest:
        return
    bound = (
        f"greater than or equal to {_SHORTEST}"
        if seconds < _SHORTEST
        else f"less than or equal to {longest}"
    )
    raise STSValidationError(
        f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy "
        f"constraint: Member must have value {bound}"
    )
