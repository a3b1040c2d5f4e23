"""Which logins a rotation lets be before it changes a password."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Counts setSecrets, and the logins that began before each.

    Two users hold two passwords. A consumer that read the secret during one rotation gets in until
    the next one changes its user's password; a login that takes longer than that would be refused,
    and rightly. So each setSecret waits for the logins that began before the one before it.
    """

    def __init__(self) -> None:
        """Starts before the first."""
        self._number = 0
        self._under_way: Counter[int] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def login(self) -> Iterator[None]:
        """A consumer reads the secret and logs in within."""
        with self._changed:
            number = self._number
            self._under_way[number] += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way[number] -= 1
                self._changed.notify_all()

    def next(self) -> None:
        """Waits until no login is under way that began before now; others may begin meanwhile."""
        with self._changed:
            self._number += 1
            self._changed.wait_for(
                lambda: (
                    not any(
                        count for number, count in self._under_way.items() if number < self._number
                    )
                )
            )
