"""A real PostgreSQL server on this machine, as strict as the one on RDS.

It listens on loopback only, accepts nothing but SCRAM-SHA-256 over TLS, and logs every statement,
so that a secret which leaks into the server's log is seen. It never runs as root, and ends with the
program that started it.
"""

import contextlib
import errno
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from psycopg import sql

from local.child import child_command, unprivileged_user
from local.patience import Patience, patient
from local.postgres_binaries import find_binaries, reachable_binaries, shared_folder
from local.postgres_client import ADMIN_GROUP, PostgresClient
from local.postgres_cluster import HOST, SUPERUSER, Cluster
from local.postgres_errors import (
    BinariesNotFoundError,
    DiskFullError,
    NotStartedError,
    PortInUseError,
    PostgresError,
)

__all__ = [
    "ADMIN_GROUP",
    "BinariesNotFoundError",
    "DiskFullError",
    "NotStartedError",
    "PortInUseError",
    "PostgresError",
    "PostgresServer",
]

_PORT_ATTEMPTS = 10
_STOP_SIGNALS = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
"""Fast, immediate, hard; each with the seconds it is given. SIGTERM would wait for clients.

https://www.postgresql.org/docs/current/server-shutdown.html
"""


class PostgresServer(PostgresClient):
    """One throwaway server; use it as a context manager.

    Start it from a thread that lives as long as it shall (see `local.child`).

    Attributes:
        host: Name to connect to; the certificate is for it.
        port: The port in use; known once started.
        superuser: Name of the owner of the cluster.
        superuser_password: Its password, generated for this server.
    """

    host = HOST
    superuser = SUPERUSER

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
            settings: Server settings on top of ours, such as `{"log_statement": "none"}`.
            binaries: Folder with `initdb` and `postgres`; found if left out.
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
        self._cluster: Cluster | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._command: list[str] = []

    @property
    def ca(self) -> Path:
        """PEM file with the authority that signed the server's certificate."""
        return self._started().ca

    @property
    def log(self) -> Path:
        """File with the server's log."""
        return self._requested_log or self._started().folder / "postgres.log"

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
            BinariesNotFoundError: There is no PostgreSQL on this machine.
            PortInUseError: The port that was asked for is taken.
            DiskFullError: No space is left.
            NotStartedError: Anything else.
        """
        binaries = self._requested_binaries or find_binaries()
        user = unprivileged_user()
        folder = Path(tempfile.mkdtemp(prefix="local-postgres-", dir=shared_folder(user)))
        try:
            self._start(folder, binaries, user)
        except OSError as error:
            self._remove(folder)
            if error.errno == errno.ENOSPC:
                raise DiskFullError(folder) from error
            raise
        except BaseException:
            self._remove(folder)
            raise

    def stop(self) -> None:
        """Ends the server and removes its data. Any number of times."""
        if self._cluster is not None:
            self._remove(self._cluster.folder)

    def restart(self) -> None:
        """Ends the server and starts it again, with its data and on its port; connections break.

        Raises:
            NotStartedError: It did not come back.
        """
        self._end()
        self._launch(self._command)
        if not self._becomes_ready():
            raise self._started().failure(self._state(), self.log.read_text(errors="replace"))

    def _start(self, folder: Path, binaries: Path, user: pwd.struct_passwd | None) -> None:
        if user:
            binaries = reachable_binaries(binaries, user, folder / "installation")
        self._cluster = Cluster(folder, binaries, user)
        self._cluster.create(self.superuser_password, self._settings)
        command = [f"{binaries}/postgres", "-D", str(self._cluster.data)]
        self._listen(child_command(command, user=user, death=signal.SIGINT))
        self._create_admin_group()

    def _listen(self, command: list[str]) -> None:
        for _ in range(_PORT_ATTEMPTS):
            self.port = self._requested_port or _free_port()
            self._command = [*command, "-p", str(self.port)]
            self._launch(self._command)
            if self._becomes_ready():
                return
            log = self.log.read_text(errors="replace")
            if "could not bind" not in log or "in use" not in log:
                raise self._started().failure(self._state(), log)
            if self._requested_port:
                break
            # Someone took the port between our look and the server's: try another.
        raise PortInUseError(self.port)

    def _launch(self, command: list[str]) -> None:
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own command
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._started().folder,
                # Ctrl-C in the terminal is for us to handle: the server outlives its clients.
                start_new_session=True,
            )

    def _becomes_ready(self) -> bool:
        """The server says so in the eighth line of its pid file."""
        pid_file = self._started().data / "postmaster.pid"
        self._patience = Patience(self._start_seconds)
        while not self._patience.over() and self._child().poll() is None:
            with contextlib.suppress(FileNotFoundError):
                if "ready" in "".join(pid_file.read_text().splitlines()[7:8]):
                    return True
            time.sleep(0.02)
        return False

    def _state(self) -> str:
        status = self._child().poll()
        if status is None:
            return f"it was not ready within {self._patience.account()}"
        return f"it ended with status {status}"

    def _create_admin_group(self) -> None:
        create = sql.SQL("CREATE ROLE {0}; GRANT pg_monitor, pg_signal_backend TO {0}")
        with self.connect() as connection:
            connection.execute(create.format(sql.Identifier(ADMIN_GROUP)))

    def _remove(self, folder: Path) -> None:
        self._end()
        shutil.rmtree(folder, ignore_errors=True)
        self._cluster = None

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            for number, seconds in _STOP_SIGNALS:
                process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(patient(seconds))
                    break

    def _started(self) -> Cluster:
        if self._cluster is None:
            raise _not_started()
        return self._cluster

    def _child(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise _not_started()
        return self._process


def _not_started() -> PostgresError:
    return PostgresError(
        "The local PostgreSQL was asked for something",
        why="it is not running",
        remedy="Enter its context first",
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
