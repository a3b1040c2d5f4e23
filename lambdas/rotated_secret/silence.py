"""Keeps the library's own calls to AWS out of the log.

At level DEBUG botocore logs the body of each response: the secret, or the keys of a role. Neither
levels nor handlers are touched, and what the application's other clients log stays.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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
