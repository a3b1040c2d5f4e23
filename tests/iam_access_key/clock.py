"""Time that passes only when somebody waits."""

from datetime import UTC, datetime, timedelta


class Clock:
    """A simulated clock; waiting moves it."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, 12, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def seconds(self) -> float:
        """For deadlines."""
        return self._now.timestamp()

    def pass_days(self, days: float) -> None:
        self._now += timedelta(days=days)
