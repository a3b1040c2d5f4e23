"""A read of the secret that is under way."""

from concurrent.futures import Future, wait
from typing import Self

from rotated_secret.clock import Moment
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
