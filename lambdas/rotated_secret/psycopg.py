"""psycopg: connections and pools, for threads and for coroutines."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.errors import FinishedPGconn

from rotated_secret.async_secret import AsyncRotatedSecret
from rotated_secret.credential import Credential
from rotated_secret.logins import CONNECT_SECONDS, log_in, log_in_async, server
from rotated_secret.secret import RotatedSecret
from rotated_secret.tls import authorities

Connection = psycopg.Connection[Any]
AsyncConnection = psycopg.AsyncConnection[Any]


def connect(
    secret: RotatedSecret,
    conninfo: str = "",
    *,
    connection_class: type[Connection] = psycopg.Connection,
    **options: Any,  # noqa: ANN401  # psycopg's
) -> Connection:
    """Opens a connection over verified TLS.

    Args:
        secret: The credential.
        conninfo: See `psycopg.connect`.
        connection_class: The class of the connection.
        options: Of `psycopg.connect`; they win over the secret's host, port and dbname.

    Raises:
        Exception: See `RotatedSecret.run`.
    """

    def attempt(credential: Credential) -> Connection:
        with _discreet():
            return connection_class.connect(conninfo, **_arguments(credential) | options)

    return log_in(secret, attempt)


async def connect_async(
    secret: AsyncRotatedSecret,
    conninfo: str = "",
    *,
    connection_class: type[AsyncConnection] = psycopg.AsyncConnection,
    **options: Any,  # noqa: ANN401  # psycopg's
) -> AsyncConnection:
    """Opens a connection; see `connect`."""

    async def attempt(credential: Credential) -> AsyncConnection:
        with _discreet():
            return await connection_class.connect(conninfo, **_arguments(credential) | options)

    return await log_in_async(secret, attempt)


@contextmanager
def _discreet() -> Iterator[None]:
    """Takes the password out of the error of a login that failed: its `pgconn` holds it."""
    try:
        yield
    except psycopg.Error as error:
        if isinstance(error.pgconn, FinishedPGconn):
            error.pgconn.password = b""
            error.pgconn.info = []
        raise


def _arguments(credential: Credential) -> dict[str, Any]:
    return {
        "user": credential.username,
        "password": credential.password,
        "sslmode": "verify-full",
        "sslrootcert": authorities(),
        "connect_timeout": CONNECT_SECONDS,
        **server(credential, host="host", port="port", dbname="dbname"),
    }
