"""How long ago a secret was rotated, and whether that is too long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.type_defs import DescribeSecretResponseTypeDef

GRACE = timedelta(days=2)
"""A window is up to a day long, and Secrets Manager tries a failed rotation again for a while."""


@dataclass(frozen=True)
class Age:
    """What a secret's description tells of its rotation.

    Attributes:
        since: Time since the last rotation that succeeded; since the creation if none has yet.
        overdue: Whether the next one should have succeeded by now, or never comes.
    """

    since: timedelta
    overdue: bool

    @classmethod
    def of(cls, description: DescribeSecretResponseTypeDef, *, now: datetime) -> Age:
        """Read a description.

        AutomaticallyAfterDays is what Secrets Manager makes of the schedule, cron or rate, after
        each rotation; until the first one there is the date of the next.
        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html

        Args:
            description: Secrets Manager's, of the secret.
            now: The time, with a zone.
        """
        last = description.get("LastRotatedDate")
        since = now - (last or description["CreatedDate"])
        if not description.get("RotationEnabled"):
            return cls(since, overdue=True)
        days = description.get("RotationRules", {}).get("AutomaticallyAfterDays")
        if last and days:
            return cls(since, overdue=since > timedelta(days=days) + GRACE)
        due = description.get("NextRotationDate")
        return cls(since, overdue=due is None or now > due + GRACE)
