"""Waiting for a login that is refused for a moment."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from rotation.deadline import Deadline
from rotation.errors import CredentialRefusedError

Session = TypeVar("Session")


def once_accepted(
    log_in: Callable[[], Session], waits: Sequence[float], deadline: Deadline
) -> Session:
    """Logs in; again after each wait while that is refused.

    Args:
        log_in: One attempt. It reads anew what may have changed meanwhile.
        waits: Seconds between the attempts, of which there is one more.
        deadline: By when it has to be done.

    Returns:
        What the first attempt that is not refused returns.

    Raises:
        CredentialRefusedError: The last attempt was refused as well.
        OutOfTimeError: There is no time left to wait.
    """
    for wait in waits:
        with suppress(CredentialRefusedError):
            return log_in()
        time.sleep(deadline.at_most(wait))
    return log_in()
