"""psycopg: connections and pools, for threads and for coroutines."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import FinishedPGconn

from rotated_secret.async_secret import AsyncRotatedSecret
from rotated_secret.credential import Credential
from rotated_secret.logins import CONNECT_SECONDS, ENCODING, log_in, log_in_async, server
from rotated_secret.options import check_hosts, check_options, merged
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
        conninfo: See `psycopg.connect`; it wins over the secret's host, port and dbname.
        connection_class: The class of the connection.
        options: Of `psycopg.connect`; they win over both.

    Raises:
        ValueError: See `rotated_secret.options.check_options`.
        Exception: See `RotatedSecret.run`.
    """
    said = given(conninfo, options)

    def attempt(credential: Credential) -> Connection:
        with _discreet():
            return connection_class.connect(**_arguments(credential, said))

    return log_in(secret, attempt)


async def connect_async(
    secret: AsyncRotatedSecret,
    conninfo: str = "",
    *,
    connection_class: type[AsyncConnection] = psycopg.AsyncConnection,
    **options: Any,  # noqa: ANN401  # psycopg's
) -> AsyncConnection:
    """Opens a connection; see `connect`."""
    said = given(conninfo, options)

    async def attempt(credential: Credential) -> AsyncConnection:
        with _discreet():
            return await connection_class.connect(**_arguments(credential, said))

    return await log_in_async(secret, attempt)


def given(conninfo: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """What the application says of the connection itself.

    Args:
        conninfo: See `psycopg.connect`.
        options: Those of `psycopg.connect`, which win.

    Raises:
        ValueError: See `rotated_secret.options.check_options`.
    """
    said = conninfo_to_dict(conninfo)
    check_options(said, where="conninfo")
    check_options(options, where="the options")
    return said | dict(options)


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


def _arguments(credential: Credential, said: dict[str, Any]) -> dict[str, Any]:
    ours = {
        "user": credential.username,
        "password": credential.password,
        "sslmode": "verify-full",
        "connect_timeout": CONNECT_SECONDS,
        "client_encoding": ENCODING,
        **server(credential, host="host", port="port", dbname="dbname"),
    }
    arguments = merged(ours, said)
    host = arguments.get("host") or os.environ.get("PGHOST", "")
    check_hosts(host.split(","))
    return merged({"sslrootcert": authorities(host)}, arguments)
