"""What an invocation gives back, and why one may not take place.

InvocationRefused
├── TooManyRequests
├── FunctionNotFound
└── CannotRun
"""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FunctionError:
    """How a function failed, in the words of its own answer.

    Attributes:
        type: The exception's class, or one of Lambda's own such as `Sandbox.Timedout`.
        message: What it said.
    """

    type: str
    message: str

    def __str__(self) -> str:
        return f"{self.type}: {self.message}"


@dataclass(frozen=True)
class Invocation:
    """A function that was invoked and has ended.

    Attributes:
        payload: Its answer, or the JSON that describes its failure.
        error: How it failed; None if it did not.
        log_tail: The end of what it logged, at most 4 KB, as `LogType=Tail` returns it.
        seconds: How long it took, without the start of a new process.
        cold: Whether a new process was started for it.
    """

    payload: bytes
    error: FunctionError | None
    log_tail: bytes
    seconds: float
    cold: bool

    @property
    def answer(self) -> Any:  # noqa: ANN401  # whatever JSON the function returns
        """The payload, decoded."""
        return json.loads(self.payload)


class InvocationRefused(Exception):  # noqa: N818  # nothing went wrong here: Lambda said no
    """Lambda does not run the function."""


class TooManyRequests(InvocationRefused):
    """As many invocations are running as may.

    Attributes:
        reason: Lambda's code for which limit that is.
    """

    def __init__(self, reason: str) -> None:
        super().__init__("Rate Exceeded.")
        self.reason = reason


class FunctionNotFound(InvocationRefused):
    """There is no such function."""


class CannotRun(InvocationRefused):
    """The function is of a kind that runs on AWS, but not here."""
