"""How long tokens live, as the stack tells the functions."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from rotation.errors import BadSettingsError

_DAYS = re.compile(r"[1-9][0-9]{0,2}")


@dataclass(frozen=True, slots=True)
class Lives:
    """The times of a token's life.

    Attributes:
        grace: How long the token before keeps working.
        rest: How long it is kept after that, suspended, before it is revoked.
        notice: How long before the limit people are told.
        limit: No active token gets older, as long as rotations succeed.
    """

    grace: timedelta
    rest: timedelta
    notice: timedelta
    limit: timedelta

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads GRACE_DAYS, REST_DAYS, NOTICE_DAYS and LIMIT_DAYS.

        Raises:
            BadSettingsError: One is missing, or nonsense.
        """
        return cls(
            grace=_days(environment, "GRACE_DAYS"),
            rest=_days(environment, "REST_DAYS"),
            notice=_days(environment, "NOTICE_DAYS"),
            limit=_days(environment, "LIMIT_DAYS"),
        )


def _days(environment: Mapping[str, str], name: str) -> timedelta:
    value = environment.get(name, "")
    if not _DAYS.fullmatch(value):
        raise BadSettingsError(
            f"The environment variable {name} must be a number of days from 1 to 999",
            remedy="Deploy the stack: it sets the variables of its functions",
        )
    return timedelta(days=int(value))
