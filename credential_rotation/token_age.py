"""How old a token can get. Without the CDK, because settings are checked before it is needed."""

LIMIT_DAYS = 90
"""No active key of an IAM user may be older (IAM.3)."""

_LATE_DAYS = 2
"""A window of a rotation, and a reaper that is a day late."""


def oldest_days(*, interval: int, grace: int, notice: int) -> int:
    """The oldest that a token gets, if a rotation is late when it makes it and when it ends it.

    Args:
        interval: Days between two rotations.
        grace: Days that the token before keeps working after a rotation.
        notice: Days that people have to mend a rotation that fails.
    """
    return interval + grace + 2 * notice + _LATE_DAYS
