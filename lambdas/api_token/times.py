"""Times as APIs tell them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

_MILLISECONDS = 100_000_000_000
"""A larger number counts milliseconds: as seconds, it would be in the year 5138."""


def time_of(value: object) -> datetime | None:
    """Reads a time: RFC 3339, a date, or seconds or milliseconds since 1970.

    Args:
        value: As it stands in an answer or in a secret.

    Returns:
        None for `null`, 0 and an empty text, which all mean "never".

    Raises:
        ValueError: It is no time. The error does not hold the value.
    """
    if value is None or (isinstance(value, (str, int, float)) and value in {"", 0, "0"}):
        return None
    with suppress(ValueError, OverflowError, OSError):
        if isinstance(value, str) and not value.isdecimal():
            return _aware(datetime.fromisoformat(value))
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            number = float(value)
            return datetime.fromtimestamp(number / (1000 if number > _MILLISECONDS else 1), UTC)
    raise ValueError("it is no time")


def _aware(time: datetime) -> datetime:
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
