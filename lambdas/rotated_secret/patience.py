"""How long to go on trying, and how often."""

import random

from rotated_secret.clock import Clock

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
