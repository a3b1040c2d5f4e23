"""asyncpg: connections and pools."""

from typing import Any, TypeAlias

import asyncpg

from rotated_secret.async_secret import AsyncRotatedSecret
from rotated_secret.credential import Credential
from rotated_secret.logins import CONNECT_SECONDS, is_retired, log_in_async, server
from rotated_secret.tls import verified_context

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def connect(secret: AsyncRotatedSecret, *dsn: str | None, **options: Any) -> Connection:  # noqa: ANN401  # asyncpg's
    """Opens a connection over verified TLS.

    Args:
        secret: The credential.
        dsn: See `asyncpg.connect`.
        options: Of `asyncpg.connect`; they win over the secret's host, port and dbname.

    Raises:
        Exception: See `AsyncRotatedSecret.run`.
    """

    async def attempt(credential: Credential) -> Connection:
        return await asyncpg.connect(*dsn, **_arguments(credential) | options)

    return await log_in_async(secret, attempt)


def create_pool(secret: AsyncRotatedSecret, **options: Any) -> Pool:  # noqa: ANN401  # asyncpg's
    """Makes a pool; enter or await it as any other one.

    When a connection is handed out whose credential is retired, all of the pool are replaced: the
    others before they are handed out again, this one when it comes back.

    Args:
        secret: The credential.
        options: Of `asyncpg.create_pool`.
    """

    async def log_in(*dsn: str | None, **arguments: Any) -> Connection:  # noqa: ANN401
        return await connect(secret, *dsn, **arguments)

    then = options.pop("setup", None)

    async def set_up(connection: Any) -> None:  # noqa: ANN401  # asyncpg's proxy
        # The proxy is another one each time; the connection itself it shows nowhere else.
        if is_retired(connection._con, secret):  # noqa: SLF001
            await pool.expire_connections()
        if then:
            await then(connection)

    pool = asyncpg.create_pool(connect=log_in, setup=set_up, **options)
    return pool


def _arguments(credential: Credential) -> dict[str, Any]:
    return {
        "user": credential.username,
        "password": credential.password,
        "ssl": verified_context(),
        "timeout": CONNECT_SECONDS,
        **server(credential, host="host", port="port", dbname="database"),
    }
