"""The server behind each database of RDS: an instance's own, or that of a cluster.

Logins belong to a whole server, and two instances may have the same ones: each has a server of its
own. The first PostgreSQL has the one that was started with the local AWS; any further one is
started when a database needs it, which takes a second.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, Self

from local.aws.products import OwnServer, Product, ProductServer


class ReadyServer(ProductServer, Protocol):
    """A server that was started elsewhere, for one database after the other."""

    @property
    def engines(self) -> frozenset[str]:
        """What RDS calls the products that it can stand for."""
        ...

    def empty(self) -> None:
        """Drop what a database has had there: all databases and logins but the server's own."""


class InstanceServers:
    """Hands out servers. Use it as a context manager: on leaving, those it has started have ended.

    Args:
        first: The server that runs already.
        authorities: The file of what functions trust servers by; those of further ones are added.
        logs: The folder for the servers' logs.
    """

    def __init__(self, first: ReadyServer, *, authorities: Path, logs: Path) -> None:
        self._first = first
        self._authorities = authorities
        self._logs = logs
        self._own: dict[str, OwnServer] = {}
        self._user_of_first: str | None = None
        self._lock = threading.Lock()
        # Children die with the thread that started them, so one thread starts them all.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="server-starter")
        authorities.write_bytes(first.ca.read_bytes())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for identifier in list(self._own):
            self.release(identifier)
        self._starter.shutdown()

    def take(self, identifier: str, product: Product) -> ProductServer:
        """Return the server of a database, an empty one if the database is new.

        Raises:
            BinariesNotFoundError: The product is not on this machine.
        """
        with self._lock:
            if identifier == self._user_of_first:
                return self._first
            if identifier in self._own:
                return self._own[identifier]
            if self._user_of_first is None and product.engine in self._first.engines:
                self._user_of_first = identifier
                return self._first
            return self._start(identifier, product)

    @contextmanager
    def new(self, identifier: str, product: Product) -> Iterator[ProductServer]:
        """Take a server for a new database; it is given back if the database is not made."""
        server = self.take(identifier, product)
        try:
            yield server
        except BaseException:
            self.release(identifier)
            raise

    def release(self, identifier: str) -> None:
        """Take away what a database has had, because it is deleted."""
        with self._lock:
            own = self._own.pop(identifier, None)
            has_first = identifier == self._user_of_first
        if own:
            own.stop()
        elif has_first:
            self._first.empty()
            self._user_of_first = None

    def at(self, port: int) -> str | None:
        """The identifier of the database that answers at a port; None if none does."""
        with self._lock:
            if port == self._first.port:
                return self._user_of_first
            found = (name for name, server in self._own.items() if server.port == port)
            return next(found, None)

    def _start(self, identifier: str, product: Product) -> OwnServer:
        server = product.server(self._logs / f"{product.engine}-{identifier}.log")
        self._starter.submit(server.start).result()
        self._own[identifier] = server
        with self._authorities.open("ab") as file:
            file.write(server.ca.read_bytes())
        return server
