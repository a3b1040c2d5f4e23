"""What happened, one JSON object a line: for the table that a person sees and for tests."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """A file of JSON lines to which threads append; readers may follow it from another process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def append(self, **entry: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
        """Write one entry."""
        with self._lock, self.path.open("a") as file:
            file.write(json.dumps(entry, default=str) + "\n")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the entries written so far."""
        if not self.path.exists():
            return
        with self.path.open() as file:
            for line in file:
                if line.endswith("\n"):
                    yield json.loads(line)
