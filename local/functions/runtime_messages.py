"""What goes between a sandbox and Lambda.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """One invocation on its way to the function.

    Attributes:
        deadline: When it must have ended, in milliseconds since 1970.
    """

    request_id: str
    payload: bytes
    function_arn: str
    deadline: int
    trace_id: str
    client_context: str | None = None


@dataclass(frozen=True)
class Ready:
    """The runtime has loaded the handler and waits for an event."""


@dataclass(frozen=True)
class Answer:
    """The handler returned, or raised if `failed`."""

    payload: bytes
    failed: bool


@dataclass(frozen=True)
class InitFailed:
    """The handler could not be loaded."""

    payload: bytes


@dataclass(frozen=True)
class Exited:
    """The process ended; a negative status is the signal that ended it."""

    status: int


Report = Ready | Answer | InitFailed | Exited
