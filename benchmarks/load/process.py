"""A process of applications, as the load sees it."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from benchmarks.load.record import Record, Task
from benchmarks.load.tally import Tally
from local.errors import LocalError
from local.toolchain import ROOT


class ApplicationsDiedError(LocalError):
    """Applications ended by themselves."""

    def __init__(self, task: Task, status: int) -> None:
        super().__init__(
            f"the applications on {task.library} ended",
            why=f"their process ended with status {status}",
            remedy="What it printed is above",
        )


@contextmanager
def applications(task: Task, tally: Tally) -> Iterator[Callable[[], None]]:
    """Applications on one library; on leaving, operations under way come to their end.

    Yields:
        What lets them begin.

    Args:
        task: What they do.
        tally: Is told of each operation.

    Raises:
        ApplicationsDiedError: They did not start, or not last.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load.applications"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "lambdas")},
        text=True,
    ) as process:
        told, says = _pipes(process)
        _tell(told, task.model_dump_json())
        if not says.readline():
            raise ApplicationsDiedError(task, process.wait())
        reader = threading.Thread(target=_count, args=(task, says, tally))
        reader.start()
        try:
            yield lambda: _tell(told, "begin")
        finally:
            told.close()
            reader.join()
    if process.returncode:
        raise ApplicationsDiedError(task, process.returncode)


def _tell(told: IO[str], line: str) -> None:
    told.write(f"{line}\n")
    told.flush()


def _count(task: Task, says: IO[str], tally: Tally) -> None:
    for line in says:
        tally.note(task.library, Record.model_validate_json(line))


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("started without pipes")
    return process.stdin, process.stdout
