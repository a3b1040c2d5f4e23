"""When a secret's rotation is due, from its rotation rules.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pyawscron import AWSCron

from rotation_schedule import parse

_RATE = re.compile(r"rate\((?P<value>\d+) (?P<unit>hour|day)s?\)")


class ScheduleError(ValueError):
    """The rotation rules hold no schedule that Secrets Manager accepts."""


@dataclass(frozen=True)
class Schedule:
    """A secret's rotation rules.

    Attributes:
        expression: ``rate(30 days)``, ``rate(4 hours)`` or ``cron(0 4 ? * SUN *)``.
        duration: Length of the rotation window such as ``3h``, or None for the service's default.
    """

    expression: str
    duration: str | None = None

    @classmethod
    def of(cls, rules: dict[str, Any]) -> "Schedule":
        """Read the ``RotationRules`` of an API call or a template.

        Raises:
            ScheduleError: Neither a schedule nor a number of days is given, or both.
        """
        days, expression = rules.get("AutomaticallyAfterDays"), rules.get("ScheduleExpression")
        if (days is None) == (expression is None):
            raise ScheduleError(
                "RotationRules takes either AutomaticallyAfterDays or ScheduleExpression, "
                f"got {sorted(rules)}"
            )
        schedule = cls(expression or f"rate({days} days)", rules.get("Duration"))
        try:
            parse(schedule.expression)
        except ValueError as error:
            raise ScheduleError(f"ScheduleExpression {schedule.expression!r}: {error}") from error
        return schedule

    def rules(self) -> dict[str, Any]:
        """Return the ``RotationRules`` as DescribeSecret answers them."""
        rules: dict[str, Any] = {"ScheduleExpression": self.expression}
        if rate := _RATE.fullmatch(self.expression):
            hours = int(rate["value"]) * (24 if rate["unit"] == "day" else 1)
            rules["AutomaticallyAfterDays"] = max(1, hours // 24)
        if self.duration:
            rules["Duration"] = self.duration
        return rules

    def next_window(self, after: datetime) -> datetime:
        """Return when the next rotation window opens.

        With a rate, windows open at midnight UTC (days) or on the hour (hours).

        Args:
            after: The last rotation, or the moment at which the schedule was set; in UTC.

        Raises:
            ScheduleError: The cron expression never comes true again.
        """
        if rate := _RATE.fullmatch(self.expression):
            opening = after.replace(minute=0, second=0, microsecond=0)
            if rate["unit"] == "hour":
                return opening + timedelta(hours=int(rate["value"]))
            return opening.replace(hour=0) + timedelta(days=int(rate["value"]))
        # Secrets Manager documents `/8`; the library wants it written out
        fields = re.sub(r"(?<![^( ])/", "*/", self.expression).removeprefix("cron(")[:-1]
        occurrence = AWSCron(fields).occurrence(after).next()
        if not isinstance(occurrence, datetime):
            raise ScheduleError(f"{self.expression} has no occurrence after {after:%Y-%m-%d %H:%M}")
        return occurrence
