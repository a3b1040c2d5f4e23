"""Counting operations, and telling a credential that failed from a database that was away."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.load.record import Record


class Absences:
    """When the database was away."""

    def __init__(self) -> None:
        self._spans: list[tuple[float, float]] = []
        self._since: float | None = None

    @contextmanager
    def one(self) -> Iterator[None]:
        """The database goes, and is back at the end."""
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._spans.append((self._since, time.monotonic()))
            self._since = None

    def met(self, begun: float, ended: float) -> bool:
        """Whether the database was away at some time while an operation was under way."""
        if self._since is not None and ended >= self._since:
            return True
        return any(begun <= end and ended >= start for start, end in self._spans)


@dataclass
class Count:
    """What became of the operations of one way with one library.

    Attributes:
        operations: All of them.
        failed: Those that failed and the database was there.
        away: Those that failed while the database restarted, for another reason than a refused
            credential: what no library can mend.
        longest: Seconds that the longest successful one took.
        errors: Why operations failed, by the kind of error.
    """

    operations: int = 0
    failed: int = 0
    away: int = 0
    longest: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)


class Tally:
    """All counts. It may be used by several threads.

    Args:
        absences: When the database was away.
    """

    def __init__(self, absences: Absences) -> None:
        self._absences = absences
        self._lock = threading.Lock()
        self.counts: dict[tuple[str, str], Count] = {}

    def note(self, library: str, record: Record) -> None:
        """Count an operation.

        Args:
            library: What it got its credential from.
            record: How it went.
        """
        with self._lock:
            count = self.counts.setdefault((library, record.way), Count())
            count.operations += 1
            if not record.error:
                count.longest = max(count.longest, record.ended - record.begun)
            elif not record.refused and self._absences.met(record.begun, record.ended):
                count.away += 1
            else:
                count.failed += 1
                count.errors["refused" if record.refused else record.error] += 1

    def failed(self, library: str) -> int:
        """How many operations of a library failed."""
        with self._lock:
            return sum(each.failed for (name, _), each in self.counts.items() if name == library)
