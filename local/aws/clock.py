"""The time that rotation schedules follow: real time, or faster."""

import threading
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that starts at the real time and can run faster than it.

    Only schedules look at it. Tokens, certificates and signatures live in real time.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._lock = threading.Lock()
        self._set(datetime.now(UTC), speed)

    def now(self) -> datetime:
        """Return the clock's time, in UTC."""
        with self._lock:
            return self._now()

    @property
    def speed(self) -> float:
        """Seconds that pass on this clock in a real second."""
        with self._lock:
            return self._speed

    def run_at(self, speed: float) -> None:
        """Go on from the clock's present time at another speed.

        Args:
            speed: Seconds on this clock per real second, more than 0.

        Raises:
            ValueError: The speed is not more than 0: such a clock would fire nothing.
        """
        if not speed > 0:
            raise ValueError(f"speed is {speed}: it must be more than 0 seconds per second")
        with self._lock:
            self._set(self._now(), speed)

    def _now(self) -> datetime:
        elapsed = time.monotonic() - self._since
        return self._origin + timedelta(seconds=elapsed * self._speed)

    def _set(self, origin: datetime, speed: float) -> None:
        self._origin, self._since, self._speed = origin, time.monotonic(), speed
