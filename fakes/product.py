"""A database product, as tests see it from outside."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Protocol

from database.target import Target

Document = dict[str, Any]
"""The content of a secret."""


class Server(Protocol):
    """A running server.

    Attributes:
        host: Name to connect to; the certificate is for it.
        port: The port in use.
    """

    host: str
    port: int

    @property
    def ca(self) -> Path:
        """PEM file with the authority that signed the server's certificate."""
        ...


class Session(Protocol):
    """A login."""

    def close(self) -> None:
        """Ends it."""


class Product(ABC):
    """A server of a database product, and what its owner and others do there.

    Attributes:
        engine: Value of `engine` in the secrets of its users.
        target: What the functions do there.
        server: The server.
    """

    engine: ClassVar[str]
    target: ClassVar[type[Target]]
    server: Server

    @abstractmethod
    def prepare(self, *, admin: str, password: str, dbname: str) -> None:
        """Makes what there is before the first deployment: an admin as on RDS, and a database.

        Args:
            admin: Who makes and rotates users.
            password: The admin's.
            dbname: The database, which may exist.
        """

    def database(self, username: str, *, shared: str) -> str:
        """The database in which a user works.

        Args:
            username: The first one of a pair.
            shared: One in which several users may work.
        """
        del username
        return shared

    @abstractmethod
    def log_in(self, document: Document) -> Session:
        """Logs in with a secret's content, over verified TLS."""

    @abstractmethod
    def accepts(self, document: Document) -> bool:
        """Tells whether a secret's content logs in."""

    @abstractmethod
    def exists(self, username: str) -> bool:
        """Tells whether the server has a user."""
