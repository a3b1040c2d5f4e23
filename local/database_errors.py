"""Why a local database server can't be used.

DatabaseError
├── BinariesNotFoundError  the product is not on this machine
├── PortInUseError         the port that was asked for is taken
├── DiskFullError          no space is left for the data
└── NotStartedError        anything else; carries the end of the server's log
"""

from pathlib import Path

from local.errors import LocalError

_LOG_TAIL_LINES = 15


class DatabaseError(LocalError):
    """A local database server can't be used."""


class BinariesNotFoundError(DatabaseError):
    """The programs of a product were not found."""

    def __init__(self, product: str, *, why: str, remedy: str) -> None:
        super().__init__(
            f"No {product} server was found on this machine",
            why=why,
            remedy=remedy,
        )


class PortInUseError(DatabaseError):
    """Another program listens on the port."""

    def __init__(self, product: str, port: int) -> None:
        super().__init__(
            f"The local {product} did not start",
            why=f"port {port} on 127.0.0.1 is in use by another program",
            remedy="End that program, or leave the port out to get a free one",
        )
        self.port = port


class DiskFullError(DatabaseError):
    """There is no room for the server's data."""

    def __init__(self, product: str, folder: Path) -> None:
        super().__init__(
            f"The local {product} did not start",
            why=f"no space is left on the disk that holds {folder}",
            remedy="Free about 200 MB there, or set TMPDIR to a folder on another disk",
        )
        self.folder = folder


class NotStartedError(DatabaseError):
    """The server ended or did not become ready."""

    def __init__(self, product: str, why: str, log: str) -> None:
        tail = "\n".join(log.splitlines()[-_LOG_TAIL_LINES:])
        super().__init__(
            f"The local {product} did not start",
            why=why,
            remedy=f"The end of its log may tell the cause:\n{tail}",
        )
