"""The policy evaluator's process: a line in, a line out."""

import os
import select
import signal
import subprocess
import threading
from pathlib import Path
from typing import Self

from local.child import child_command
from local.errors import LocalError
from local.patience import Patience

_SCRIPT = Path(__file__).with_name("evaluator.mjs")
_ANSWER_SECONDS = 10
_START_SECONDS = 60
_READ_BYTES = 65536


class EvaluatorError(LocalError):
    """The policy evaluator cannot decide. Whatever was asked must be refused."""


class EvaluatorProcess:
    """One process of the evaluator, which answers one question at a time.

    Args:
        node: The Node.js program.
        node_modules: The folder in which `npm ci` put the evaluator.
    """

    def __init__(self, *, node: Path, node_modules: Path) -> None:
        self._command = [str(node), str(_SCRIPT), str(node_modules)]
        self._asking = threading.Lock()
        self._buffer = b""

    def __enter__(self) -> Self:
        try:
            self._process = subprocess.Popen(  # noqa: S603  # our script, the caller's Node.js
                child_command(self._command, death=signal.SIGKILL),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
            )
        except OSError as error:
            raise _dead(str(error)) from error
        try:
            self._read_line(_START_SECONDS)
        except EvaluatorError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def ask(self, line: bytes) -> bytes:
        """Send a line and wait for the one that answers it.

        Raises:
            EvaluatorError: The process is gone or does not answer.
        """
        with self._asking:
            assert self._process.stdin is not None  # noqa: S101  # it is a pipe, see above
            try:
                self._process.stdin.write(line + b"\n")
            except OSError as error:
                raise _dead(self._last_words()) from error
            return self._read_line(_ANSWER_SECONDS)

    def _read_line(self, seconds: float) -> bytes:
        assert self._process.stdout is not None  # noqa: S101  # it is a pipe, see above
        patience = Patience(seconds)
        while b"\n" not in self._buffer:
            if not select.select([self._process.stdout], [], [], min(patience.left(), 1))[0]:
                if not patience.over():
                    continue
                self._process.kill()  # or its late answer would be taken for the next one
                raise _dead(f"no answer within {patience.account()}")
            read = os.read(self._process.stdout.fileno(), _READ_BYTES)
            if not read:
                raise _dead(self._last_words())
            self._buffer += read
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _last_words(self) -> str:
        assert self._process.stderr is not None  # noqa: S101  # it is a pipe, see above
        self._process.wait()
        os.set_blocking(self._process.stderr.fileno(), False)
        said = (self._process.stderr.read() or b"").decode(errors="replace").strip()
        errors = [line for line in said.splitlines() if "Error" in line]
        return (errors or said.splitlines() or [f"it ended with {self._process.returncode}"])[0]


def _dead(why: str) -> EvaluatorError:
    return EvaluatorError(
        "the policy evaluator is not running, so every call is refused",
        why=why,
        remedy="Install it with `npm ci` and start the local AWS again",
    )
