"""The PostgreSQL server behind each instance of RDS.

Logins belong to a whole server, and two instances may have the same ones: each has a server of its
own. The first has the one that was started with the local AWS; a further one is started when an
instance needs it, which takes a second.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from psycopg import sql

from local.postgres import PostgresServer
from local.postgres_client import ADMIN_GROUP, SUPERUSER, PostgresClient


class InstanceServers:
    """Hands out servers. Use it as a context manager: on leaving, those it has started have ended.

    Args:
        first: The server that runs already.
        authorities: The file of what functions trust servers by; those of further ones are added.
        logs: The folder for the servers' logs.
    """

    def __init__(self, first: PostgresClient, *, authorities: Path, logs: Path) -> None:
        self._first = first
        self._authorities = authorities
        self._logs = logs
        self._servers: dict[str, PostgresClient] = {}
        self._lock = threading.Lock()
        # Children die with the thread that started them, so one thread starts them all.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="postgres-starter")
        authorities.write_bytes(first.ca.read_bytes())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for identifier in list(self._servers):
            self.release(identifier)
        self._starter.shutdown()

    def take(self, identifier: str) -> PostgresClient:
        """Return the server of an instance, an empty one if the instance is new."""
        with self._lock:
            if identifier not in self._servers:
                free = self._first not in self._servers.values()
                self._servers[identifier] = self._first if free else self._start(identifier)
            return self._servers[identifier]

    def release(self, identifier: str) -> None:
        """Take away what an instance has had, because it is deleted."""
        with self._lock:
            server = self._servers.pop(identifier, None)
        if isinstance(server, PostgresServer):
            server.stop()
        elif server is not None:
            _empty(server)

    def at(self, port: int) -> str | None:
        """The identifier of the instance that answers at a port; None if none does."""
        with self._lock:
            found = (name for name, server in self._servers.items() if server.port == port)
            return next(found, None)

    def _start(self, identifier: str) -> PostgresServer:
        server = PostgresServer(log=self._logs / f"postgres-{identifier}.log")
        self._starter.submit(server.start).result()
        with self._authorities.open("ab") as file:
            file.write(server.ca.read_bytes())
        return server


def _empty(server: PostgresClient) -> None:
    """Drop what an instance has had on a server: all databases and logins but the server's own."""
    with server.connect() as connection:
        for (name,) in connection.execute(
            "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
        ).fetchall():
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )
        roles = [
            sql.Identifier(name)
            for (name,) in connection.execute(
                "SELECT rolname FROM pg_roles WHERE rolname NOT IN (%s, %s)"
                " AND NOT starts_with(rolname, 'pg_')",
                [SUPERUSER, ADMIN_GROUP],
            ).fetchall()
        ]
        if roles:
            names = sql.SQL(", ").join(roles)
            connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(names))
            connection.execute(sql.SQL("DROP ROLE {}").format(names))
