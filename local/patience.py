"""How long to wait for something on a machine that has other things to do as well.

A limit is there to end a hang, and is written for a machine with nothing else to do. On one that is
ten times slower it would end what only takes its time, so limits go by how slow the machine is
while the wait lasts.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from local.errors import LocalError

_LOOPS = 20_000
_LOOPS_SECONDS = 0.001
"""How long so many loops take on a usual processor; half or twice as long changes nothing."""

_UNNOTICED = 2.0
"""Every limit has room for a machine that is so many times slower."""

_KEPT_SECONDS = 0.5
_measured: tuple[float, float] = (float("-inf"), 1.0)


class GaveUpError(LocalError):
    """Something did not happen in its time."""


class Patience:
    """A limit that is so many seconds long on a machine with nothing else to do.

    Attributes:
        slowest: How many times slower the machine was at worst, 1 for an idle one.
    """

    def __init__(self, seconds: float) -> None:
        self.slowest = 1.0
        self._seconds = seconds
        self._begun = time.monotonic()

    @property
    def waited(self) -> float:
        """How many seconds have gone by."""
        return time.monotonic() - self._begun

    def left(self) -> float:
        """Return how many seconds may still go by; 0 when it is over."""
        self.slowest = max(self.slowest, slowness())
        return max(self._seconds * self.slowest - self.waited, 0)

    def over(self) -> bool:
        """Tell whether it is time to give up."""
        return self.waited > self._seconds and not self.left()

    def account(self) -> str:
        """Say how long was waited, and whether the machine may be the cause."""
        told = f"{self.waited:.1f} seconds"
        if self.slowest > 1:
            told += f", while this machine was {self.slowest:.0f} times slower than an idle one"
        return told


def patient(seconds: float) -> float:
    """Stretch a limit by how slow the machine is now, for what takes a number and cannot ask."""
    return seconds * slowness()


def wait_until(condition: Callable[[], object], *, seconds: float = 20, what: str = "it") -> None:
    """Wait until something is true.

    Args:
        condition: Is asked again and again.
        seconds: How long it may take on an idle machine.
        what: What is waited for, for the message.

    Raises:
        GaveUpError: It did not become true.
    """
    patience = Patience(seconds)
    while not condition():
        if patience.over():
            raise GaveUpError(
                f"gave up waiting for {what}",
                why=f"it did not happen within {patience.account()}",
                remedy="If the machine was slow, run it again when it has less to do",
            )
        time.sleep(0.02)


def slowness() -> float:
    """Measure how many times slower this machine is than one with nothing else to do.

    The larger of two numbers: how long a little work takes, which sees a slow processor and a
    container's share of one; and how many processes there are to a processor that want to run,
    which sees what such a little work is spared by a fair scheduler.

    Returns:
        1 for an idle machine, and for one so little busy that every limit allows for it.
    """
    global _measured  # noqa: PLW0603 - one machine, one measure, used by all threads
    now = time.monotonic()
    if now - _measured[0] > _KEPT_SECONDS:
        found = max(_work(), _queue() / _processors())
        _measured = (now, found if found > _UNNOTICED else 1.0)
    return _measured[1]


def _work() -> float:
    begun, total = time.perf_counter(), 0
    for number in range(_LOOPS):
        total += number
    return (time.perf_counter() - begun) / _LOOPS_SECONDS


def _queue() -> float:
    try:
        average, _, _, running, *_ = Path("/proc/loadavg").read_text().split()
    except OSError:  # not Linux
        return os.getloadavg()[0]
    return max(float(average), float(running.partition("/")[0]))


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
