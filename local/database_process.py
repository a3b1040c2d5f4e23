"""The life of a database server on this machine: started, asked whether it is ready, ended.

It listens on loopback only, never runs as root, and ends with the program that started it.
"""

import abc
import contextlib
import errno
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from local.child import child_command
from local.database_errors import DatabaseError, DiskFullError, PortInUseError
from local.patience import Patience, patient
from local.server_folder import HOST, ServerFolder

_PORT_ATTEMPTS = 10


class DatabaseProcess(abc.ABC):
    """One throwaway server; use it as a context manager.

    Start it from a thread that lives as long as it shall (see `local.child`).

    Attributes:
        host: Name to connect to; the certificate is for it.
        port: The port in use; known once started.
        superuser_password: Password of the server's owner, generated for this server.
    """

    product: ClassVar[str]
    """What the product is called."""

    death: ClassVar[signal.Signals]
    """What the server is sent when the program that started it has ended."""

    stop_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]]
    """What ends the server, one after the other, each with the seconds it is given."""

    host = HOST

    def __init__(
        self,
        *,
        port: int | None = None,
        log: Path | None = None,
        settings: Mapping[str, str] | None = None,
        binaries: Path | None = None,
        start_seconds: float = 30,
    ) -> None:
        """Prepares a server; entering the context starts it.

        Args:
            port: Port on 127.0.0.1; a free one if left out.
            log: Where the log shall stay; if left out it goes with the server.
            settings: Server settings on top of ours, by the product's names.
            binaries: Folder with the product's programs; found if left out.
            start_seconds: How long the server may take to become ready.
        """
        self.port = 0
        self.superuser_password = secrets.token_urlsafe(24)
        self._requested_port = port
        self._requested_log = log
        self._settings = dict(settings or {})
        self._requested_binaries = binaries
        self._start_seconds = start_seconds
        self._patience = Patience(start_seconds)
        self._folder: ServerFolder | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._command: list[str] = []

    @property
    def ca(self) -> Path:
        """PEM file with the authority that signed the server's certificate."""
        return self._started().ca

    @property
    def log(self) -> Path:
        """File with what the server prints."""
        return self._requested_log or self._started().path / f"{self.product.lower()}.log"

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self._child().pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Makes the data and starts the server; ready for logins when it returns.

        Raises:
            BinariesNotFoundError: The product is not on this machine.
            PortInUseError: The port that was asked for is taken.
            DiskFullError: No space is left.
            NotStartedError: Anything else.
        """
        binaries = self._requested_binaries or self._find_binaries()
        self._folder = folder = ServerFolder(self.product)
        try:
            folder.create()
            command = self._create(folder, binaries)
            self._listen(child_command(command, user=folder.user, death=self.death))
            self._settle()
        except OSError as error:
            self.stop()
            if error.errno == errno.ENOSPC:
                raise DiskFullError(self.product, folder.path) from error
            raise
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the server and removes its data. Any number of times."""
        self._end()
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.remove()

    def restart(self) -> None:
        """Ends the server and starts it again, with its data and on its port; connections break.

        Raises:
            NotStartedError: It did not come back.
        """
        self._end()
        self._launch(self._command)
        if not self._becomes_ready():
            raise self._started().failure(self._state(), self.log.read_text(errors="replace"))

    @abc.abstractmethod
    def _find_binaries(self) -> Path:
        """The folder with the product's programs."""

    @abc.abstractmethod
    def _create(self, folder: ServerFolder, binaries: Path) -> list[str]:
        """Makes the data; returns the command that serves it, to which the port is added."""

    @abc.abstractmethod
    def _at_port(self, port: int) -> list[str]:
        """What the command needs to listen on a port."""

    @abc.abstractmethod
    def _is_ready(self) -> bool:
        """Whether the server that was launched last accepts logins."""

    @abc.abstractmethod
    def _lacked_its_port(self, log: str) -> bool:
        """Whether a server that ended says in its log that the port was taken."""

    @abc.abstractmethod
    def _settle(self) -> None:
        """What is to do on the server once it has started for the first time."""

    def _listen(self, command: list[str]) -> None:
        for _ in range(_PORT_ATTEMPTS):
            self.port = self._requested_port or _free_port()
            self._command = [*command, *self._at_port(self.port)]
            self._launch(self._command)
            if self._becomes_ready():
                return
            log = self.log.read_text(errors="replace")
            if not self._lacked_its_port(log):
                raise self._started().failure(self._state(), log)
            if self._requested_port:
                break
            # Someone took the port between our look and the server's: try another.
        raise PortInUseError(self.product, self.port)

    def _launch(self, command: list[str]) -> None:
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own command
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._started().path,
                # Ctrl-C in the terminal is for us to handle: the server outlives its clients.
                start_new_session=True,
            )

    def _becomes_ready(self) -> bool:
        self._patience = Patience(self._start_seconds)
        while not self._patience.over() and self._child().poll() is None:
            if self._is_ready():
                return True
            time.sleep(0.02)
        return False

    def _state(self) -> str:
        status = self._child().poll()
        if status is None:
            return f"it was not ready within {self._patience.account()}"
        return f"it ended with status {status}"

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            for number, seconds in self.stop_signals:
                process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(patient(seconds))
                    break

    def _started(self) -> ServerFolder:
        if self._folder is None:
            raise self._not_started()
        return self._folder

    def _child(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise self._not_started()
        return self._process

    def _not_started(self) -> DatabaseError:
        return DatabaseError(
            f"The local {self.product} was asked for something",
            why="it is not running",
            remedy="Enter its context first",
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
