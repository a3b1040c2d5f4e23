"""What the demonstration is at, with the time that it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Steps:
    """Tells each step.

    Args:
        console: Where to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Tell a step while it goes on, and its time when it has succeeded."""
        started = time.monotonic()
        with self._console.status(f"{what} …"):
            yield
        self._console.print(f"  {what:<26}{time.monotonic() - started:5.1f} s", highlight=False)
