"""What keeps a secret out of logs, tracebacks and representations."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, NoReturn, Self, TypeVar

T = TypeVar("T")


class Hidden(Generic[T]):
    """Holds something secret: it can't be printed, logged as JSON, pickled or copied.

    It is no dataclass on purpose: serializers take the fields of these apart.
    """

    __slots__ = ("_content",)

    def __init__(self, content: T) -> None:
        """Hides it.

        Args:
            content: What to hide.
        """
        self._content = content

    def reveal(self) -> T:
        """The content itself; call it where it is used, and nowhere else."""
        return self._content

    def __repr__(self) -> str:
        return "********"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A credential can't be pickled, which would write its password in the clear."
            " Hand over the secret's id, and make a RotatedSecret where it is used"
        )


_SDK = ("botocore", "urllib3")

_is_ours = ContextVar("rotated_secret_is_ours", default=False)


class _Filter(logging.Filter):
    """Lets through what is no detail, and what is not of a call of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING or not _is_ours.get()


_FILTER = _Filter()


@contextmanager
def silence() -> Iterator[None]:
    """Logs nothing below WARNING of what the SDK does meanwhile in this thread or coroutine.

    A filter works on its own logger only, so that each one of the SDK gets it. They are looked for
    each time: a module that is imported late has a new one, and adding it twice changes nothing.
    """
    for name, logger in tuple(logging.root.manager.loggerDict.items()):
        if name.partition(".")[0] in _SDK and isinstance(logger, logging.Logger):
            logger.addFilter(_FILTER)
    token = _is_ours.set(True)
    try:
        yield
    finally:
        _is_ours.reset(token)


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
