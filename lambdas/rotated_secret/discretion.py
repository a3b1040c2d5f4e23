"""What an error of a login must not carry along: frames whose variables hold the password.

A driver keeps the password in the variables of its functions, and error reporters record the
variables of every function that an error came through. So an error leaves this package without the
way that it took below: its class, text and attributes stay.
"""

from collections.abc import Iterator
from typing import TypeVar

E = TypeVar("E", bound=BaseException)


def without_frames(error: E, outer: BaseException | None = None) -> E:
    """Cuts the tracebacks of an error and of all errors that it came from.

    Raise it outside of the handler that caught it: there it would get the cut one as its context.

    Args:
        error: The error.
        outer: What the application was handling before; it is the application's own, and stays.
    """
    seen = {id(outer)}
    waiting: list[BaseException] = [error]
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            each.__traceback__ = None
            waiting.extend(_origins(each))
    return error


def _origins(error: BaseException) -> Iterator[BaseException]:
    held = [error.__cause__, error.__context__, *getattr(error, "__dict__", {}).values()]
    if isinstance(error, BaseExceptionGroup):
        held += error.exceptions
    # PyMySQL keeps the error beneath in an attribute.
    yield from (each for each in held if isinstance(each, BaseException))
