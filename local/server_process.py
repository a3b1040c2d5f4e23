"""The server of the local AWS, run in a process of its own."""

import contextlib
import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Self

from local.aws.configuration import Configuration
from local.child import child_command
from local.errors import LocalError
from local.patience import patient

_STOP_SECONDS = 10


class ServerDiedError(LocalError):
    """The server ended, or never became ready."""

    def __init__(self, what: str, status: int | None, logs: Path) -> None:
        errors = (logs / "server.err").read_text(errors="replace").strip().splitlines()
        super().__init__(
            what,
            why=f"its process ended with status {status}{': ' + errors[-1] if errors else ''}",
            remedy=f"More is in {logs / 'server.err'} and {logs / 'server.log'}",
        )


class ServerProcess:
    """Starts the server and ends it. Use it as a context manager.

    Args:
        logs: The folder for its logs; it is made.

    Attributes:
        url: The endpoint for all AWS APIs; empty until it serves.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        """Start the process, which loads its code until `serve` tells it what to serve."""
        self._logs.mkdir(parents=True, exist_ok=True)
        command = child_command([sys.executable, "-m", "local.aws.server"], death=signal.SIGTERM)
        with (self._logs / "server.err").open("w") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,  # Ctrl-C is for the parent to handle, in order
            )
        return self

    def __exit__(self, *exception: object) -> None:
        """End the server."""
        self.stop()

    @property
    def pid(self) -> int:
        """The server's process id.

        Raises:
            RuntimeError: It is not running.
        """
        return self._running.pid

    @property
    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None:
            raise RuntimeError("the server is not started")
        return self._process

    def serve(self, configuration: Configuration) -> None:
        """Let the server serve, and wait until it does.

        Args:
            configuration: What it needs to know.

        Raises:
            ServerDiedError: It ended before it was ready.
            RuntimeError: It is not running.
        """
        process = self._running
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the server's process has no pipes")
        with contextlib.suppress(BrokenPipeError):  # it died; the empty answer tells
            process.stdin.write(configuration.model_dump_json() + "\n")
            process.stdin.flush()
        self.url = process.stdout.readline().strip()
        if not self.url:
            status = process.wait()
            raise ServerDiedError("the local AWS did not start", status, self._logs)

    def check(self) -> None:
        """Raise if the server has ended.

        Raises:
            ServerDiedError: It has.
        """
        status = self._process.poll() if self._process else None
        if status is not None:
            raise ServerDiedError("the local AWS died", status, self._logs)

    def run_clock_at(self, speed: float) -> None:
        """Let the schedules' clock run faster or slower.

        Args:
            speed: Seconds on that clock per real second.
        """
        request = urllib.request.Request(  # noqa: S310 - our own URL
            f"{self.url}/_local/clock",
            data=json.dumps({"speed": speed}).encode(),
            headers={"Content-Type": "application/json"},
            method="PUT",
        )
        with urllib.request.urlopen(request, timeout=patient(10)):  # noqa: S310 - likewise
            pass

    def stop(self) -> None:
        """End the server. Any number of times."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(patient(_STOP_SECONDS))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
