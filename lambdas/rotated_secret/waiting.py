"""Waiting for a read that another one does already, and between two attempts."""

import random
from concurrent.futures import Future, wait
from typing import Self

from rotated_secret.clock import Clock, Moment
from rotated_secret.errors import RotatedSecretError


class Flight:
    """One read, for everyone who waits for it, in threads or in event loops.

    It runs in a thread of its own, so that nobody waits longer than they want to.

    Attributes:
        begun: When it began.
        landed: Done when it is over; holds what went wrong, or None.
    """

    __slots__ = ("begun", "landed")

    def __init__(self, begun: Moment) -> None:
        """Begins.

        Args:
            begun: Now.
        """
        self.begun = begun
        self.landed: Future[RotatedSecretError | None] = Future()

    @classmethod
    def failed(cls, begun: Moment, failure: RotatedSecretError) -> Self:
        """One that is over already."""
        flight = cls(begun)
        flight.landed.set_result(failure)
        return flight

    def is_older_than(self, moment: Moment) -> bool:
        """Whether it began before a moment: what it brings may be older, too."""
        return moment.since(self.begun) > 0

    def wait(self, seconds: float) -> RotatedSecretError | None:
        """Waits for the end, and so long at most.

        Returns:
            What went wrong; None if nothing did, or if it is not over yet.
        """
        wait([self.landed], seconds)
        return self.failure()

    def failure(self) -> RotatedSecretError | None:
        """What went wrong; None if nothing did, or if it is not over yet."""
        return self.landed.result() if self.landed.done() else None


FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0


class Patience:
    """A time within which something is tried again, with pauses that grow.

    Each pause is up to a quarter shorter at random, so that many who were refused at once don't
    come back at once.
    """

    def __init__(self, seconds: float, clock: Clock) -> None:
        """Begins now.

        Args:
            seconds: For how long.
            clock: The time.
        """
        self._clock = clock
        self._end = clock.monotonic() + seconds
        self._next = FIRST_PAUSE_SECONDS

    def left(self) -> float:
        """Seconds that are left; 0 at the least."""
        return max(0.0, self._end - self._clock.monotonic())

    def begin_anew(self) -> None:
        """Lets the pauses grow from the shortest again: what is tried is another thing by now."""
        self._next = FIRST_PAUSE_SECONDS

    def pause(self) -> float | None:
        """How long to wait before the next try; None if it is over."""
        left = self.left()
        if not left:
            return None
        pause = self._next * random.uniform(0.75, 1.0)  # noqa: S311  # spreads, hides nothing
        self._next = min(2 * self._next, LONGEST_PAUSE_SECONDS)
        return min(pause, left)
