"""Schedules of Secrets Manager: `rate(…)` or `cron(…)`, and how long the window stays open.

The settings of a deployment and the local AWS read them by the same rules; this module imports
neither, nor the CDK.

The rules are those of "Rotation schedules" in the Secrets Manager user guide, which allow far less
than EventBridge's. Times are UTC, windows open on the hour, and a window reaches neither into the
next day nor into the next window. `pyawscron` takes `cron(0 99 * * ? *)` for valid and does not
come back from `cron(0 0/0 * * ? *)`, so it cannot be what decides.
"""

import re
from dataclasses import dataclass

DAY_HOURS = 24
SHORTEST_HOURS = 4
LONGEST_DAYS = 999

_RATE = re.compile(r"rate\(([1-9][0-9]{0,4}) (hour|hours|day|days)\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_HOURS = re.compile(r"(?P<start>[0-9]{1,2})?(?:/(?P<step>[0-9]{1,2}))?")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


@dataclass(frozen=True)
class Schedule:
    """What of a schedule limits its window.

    Attributes:
        longest_window: Hours that a window may stay open.
        days: Days between two rotations; None where a calendar decides.
    """

    longest_window: int
    days: float | None = None


@dataclass(frozen=True)
class _Range:
    """The values of one field of a cron expression, as numbers or as names."""

    first: int
    last: int
    names: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        if text in self.names:
            return self.names.index(text) + self.first
        if not re.fullmatch("[0-9]{1,2}", text) or not self.first <= int(text) <= self.last:
            raise ValueError(f"{text!r} is not within {self.first} to {self.last}")
        return int(text)

    def numbers(self, field: str) -> set[int]:
        """Read `*`, or a list of values, `from-to` and `start/step`."""
        if field == "*":
            return set(range(self.first, self.last + 1))
        return {number for item in field.split(",") for number in self._item(item)}

    def _item(self, item: str) -> range:
        if "/" in item:
            start, step = item.split("/", 1)
            return range(self.number(start), self.last + 1, _Range(1, self.last).number(step))
        first, _, last = item.partition("-")
        numbers = range(self.number(first), self.number(last or first) + 1)
        if not numbers:
            raise ValueError(f"{item!r} runs backwards")
        return numbers


_LONGEST = dict(enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1))
"""Days that a month may have."""

_DAY_OF_MONTH = _Range(1, 31)
_MONTH = _Range(1, 12, _MONTHS)
_DAY_OF_WEEK = _Range(1, 7, _DAYS)


def parse(expression: str) -> Schedule:
    """Read a schedule expression.

    Raises:
        ValueError: Secrets Manager would refuse the expression; says what about it.
    """
    if rate := _RATE.fullmatch(expression):
        return _rate(int(rate[1]), rate[2])
    if cron := _CRON.fullmatch(expression):
        return _cron(*cron.groups())
    raise ValueError("it is neither rate(number hours), rate(number days) nor cron(six fields)")


def _rate(number: int, unit: str) -> Schedule:
    hours = number if unit.startswith("hour") else number * DAY_HOURS
    if hours < SHORTEST_HOURS:
        raise ValueError(f"Secrets Manager waits at least {SHORTEST_HOURS} hours")
    if hours > LONGEST_DAYS * DAY_HOURS:
        raise ValueError(f"Secrets Manager waits at most {LONGEST_DAYS} days")
    return Schedule(min(hours, DAY_HOURS), hours / DAY_HOURS)


def _cron(minute: str, hour: str, day: str, month: str, weekday: str, year: str) -> Schedule:  # noqa: PLR0917 - a cron expression has six fields in this order
    if minute != "0":
        raise ValueError("the minutes must be 0: windows open on the hour")
    if year != "*":
        raise ValueError("the year must be *")
    if (day == "?") == (weekday == "?"):
        raise ValueError("one of day of month and day of week must be ?, and not both")
    months = _MONTH.numbers(month)
    if weekday != "?":
        _check_day_of_week(weekday)
    elif day != "L" and min(_DAY_OF_MONTH.numbers(day)) > max(_LONGEST[each] for each in months):
        raise ValueError("there is no such day")
    return Schedule(_longest_window(hour))


def _check_day_of_week(field: str) -> None:
    day, hash_sign, week = field.partition("#")
    if hash_sign:
        _DAY_OF_WEEK.number(day)
        _Range(1, 5).number(week)
    elif field.endswith("L"):
        if field != "L":
            _DAY_OF_WEEK.number(field.removesuffix("L"))
    else:
        _DAY_OF_WEEK.numbers(field)


def _longest_window(field: str) -> int:
    hours = _HOURS.fullmatch(field)
    if not field or not hours:
        raise ValueError("the hours must be one hour, or start/step such as 2/10")
    start = _Range(0, DAY_HOURS - 1).number(hours["start"] or "0")
    if hours["step"] is None:
        return DAY_HOURS - start
    step = _Range(1, DAY_HOURS - 1).number(hours["step"])
    if step < SHORTEST_HOURS:
        raise ValueError(f"Secrets Manager waits at least {SHORTEST_HOURS} hours")
    last = max(range(start, DAY_HOURS, step))
    return min(step, DAY_HOURS - last)
