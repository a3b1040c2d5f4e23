"""Time, by two clocks."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time on both clocks.

    Either may stand still while the other goes on: a frozen Lambda function's monotonic clock, a
    machine's wall clock that is set back. What is past on one of them is past.

    Attributes:
        monotonic: Seconds from any fixed point.
        wall: Seconds since 1970.
    """

    monotonic: float
    wall: float

    def after(self, seconds: float) -> "Moment":
        """So many seconds later."""
        return Moment(self.monotonic + seconds, self.wall + seconds)

    def since(self, earlier: "Moment") -> float:
        """Seconds from an earlier moment: the more of the two clocks."""
        return max(self.monotonic - earlier.monotonic, self.wall - earlier.wall)


def _sleep(seconds: float) -> None:
    """Looks it up at each call: gevent may have put its own there since this was imported."""
    time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the time comes from; a test brings its own.

    Attributes:
        monotonic: Seconds from any fixed point.
        wall: Seconds since 1970.
        sleep: Waits, in threads.
    """

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = _sleep

    def now(self) -> Moment:
        """This moment."""
        return Moment(self.monotonic(), self.wall())
