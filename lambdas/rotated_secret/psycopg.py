"""psycopg: connections and pools, for threads and for coroutines."""

from typing import Any

import psycopg

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
    return log_in(
        secret,
        lambda credential: connection_class.connect(conninfo, **_arguments(credential) | options),
    )


async def connect_async(
    secret: AsyncRotatedSecret,
    conninfo: str = "",
    *,
    connection_class: type[AsyncConnection] = psycopg.AsyncConnection,
    **options: Any,  # noqa: ANN401  # psycopg's
) -> AsyncConnection:
    """Opens a connection; see `connect`."""
    return await log_in_async(
        secret,
        lambda credential: connection_class.connect(conninfo, **_arguments(credential) | options),
    )


def _arguments(credential: Credential) -> dict[str, Any]:
    return {
        "user": credential.username,
        "password": credential.password,
        "sslmode": "verify-full",
        "sslrootcert": authorities(),
        "connect_timeout": CONNECT_SECONDS,
        **server(credential, host="host", port="port", dbname="dbname"),
    }
