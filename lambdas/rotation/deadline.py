"""How long a step may still take."""

import time
from collections.abc import Callable
from typing import Protocol, Self

from rotation.errors import OutOfTimeError

STEP_SECONDS = 12.0
"""No step waits longer than this for its target, however long the function may run.

Unless the kind of credential needs more: see `rotation.handler`.
"""

RESERVE_SECONDS = 3.0
"""What is left of the function's time to end in an error that is logged."""


class LambdaContext(Protocol):
    """What is used of Lambda's context object.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html

    Attributes:
        aws_request_id: Id of the invocation; Lambda's own log lines carry it too.
    """

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""


class Deadline:
    """A point in time by which the work has to be done."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Sets the deadline.

        Args:
            seconds: From now.
            clock: Seconds from any fixed point.
        """
        self._clock = clock
        self._end = clock() + seconds

    @classmethod
    def of(cls, context: LambdaContext, *, most: float = STEP_SECONDS) -> Self:
        """The deadline of an invocation: early enough to still log what happened.

        Args:
            context: Of the invocation.
            most: Seconds that are enough, however long the function may run.
        """
        remaining = context.get_remaining_time_in_millis() / 1000
        return cls(min(most, remaining - RESERVE_SECONDS))

    def remaining(self) -> float:
        """Seconds that are left.

        Raises:
            OutOfTimeError: None are.
        """
        seconds = self._end - self._clock()
        if seconds <= 0:
            raise OutOfTimeError(
                "The time that the step may take is used up",
                remedy="Look at what was slow in this log, or raise the function's time-out above"
                f" {STEP_SECONDS + RESERVE_SECONDS:g} seconds if it is lower",
            )
        return seconds

    def at_most(self, seconds: float) -> float:
        """The time-out for one wait: so many seconds, or what is left if that is less.

        Raises:
            OutOfTimeError: Nothing is left.
        """
        return min(seconds, self.remaining())
