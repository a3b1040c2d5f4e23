"""An access key as the credential report tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from credential_rotation.command.inventory.moments import moment

SLOTS = (1, 2)
"""IAM allows two keys per user."""


@dataclass(frozen=True)
class AccessKey:
    """An active access key.

    Attributes:
        made: When it was made, or last activated; the console shows the same time.
        used: When it was used last; None if it never was, or not since AWS keeps track (2015).
    """

    made: datetime
    used: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, str], slot: int) -> Self | None:
        """Read one of the two keys of a row; None if there is none, or it is inactive."""
        made = moment(row[f"access_key_{slot}_last_rotated"])
        if row[f"access_key_{slot}_active"] != "true" or made is None:
            return None
        return cls(made, moment(row[f"access_key_{slot}_last_used_date"]))

    def age(self, now: datetime) -> timedelta:
        """Return how old it is."""
        return now - self.made
