"""asyncpg: connections and pools."""

import os
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

import asyncpg

from rotated_secret.async_secret import AsyncRotatedSecret
from rotated_secret.credential import Credential
from rotated_secret.logins import (
    CONNECT_SECONDS,
    check_for_coroutines,
    is_retired,
    log_in_async,
    server,
)
from rotated_secret.options import check_hosts, check_options, merged
from rotated_secret.tls import verified_context

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_PLACE = {"host", "port", "database", "dbname"}


async def connect(
    secret: AsyncRotatedSecret,
    dsn: str | None = None,
    **options: Any,  # noqa: ANN401  # asyncpg's
) -> Connection:
    """Opens a connection over verified TLS.

    Args:
        secret: The credential.
        dsn: See `asyncpg.connect`; it may hold settings only, as in `postgresql://?tcp_nodelay=1`.
        options: Of `asyncpg.connect`; they win over the secret's host, port and dbname.

    Raises:
        ValueError: See `rotated_secret.options.check_options`.
        Exception: See `AsyncRotatedSecret.run`.
    """
    _check(dsn, options)

    async def attempt(credential: Credential) -> Connection:
        return await asyncpg.connect(dsn, **_arguments(credential, options))

    return await log_in_async(secret, attempt)


def create_pool(secret: AsyncRotatedSecret, **options: Any) -> Pool:  # noqa: ANN401  # asyncpg's
    """Makes a pool; enter or await it as any other one.

    When a connection is handed out whose credential is retired, all of the pool are replaced: the
    others before they are handed out again, this one when it comes back.

    Args:
        secret: The credential.
        options: Of `asyncpg.create_pool`.

    Raises:
        ValueError: See `rotated_secret.options.check_options`.
    """
    check_for_coroutines(secret)
    _check(options.get("dsn"), options)

    async def log_in(dsn: str | None = None, **arguments: Any) -> Connection:  # noqa: ANN401
        return await connect(secret, dsn, **arguments)

    then = options.pop("setup", None)

    async def set_up(connection: Any) -> None:  # noqa: ANN401  # asyncpg's proxy
        # The proxy is another one each time; the connection itself it shows nowhere else.
        if is_retired(connection._con, secret):  # noqa: SLF001
            await pool.expire_connections()
        if then:
            await then(connection)

    pool = asyncpg.create_pool(connect=log_in, setup=set_up, **options)
    return pool


def _check(dsn: str | None, options: dict[str, Any]) -> None:
    check_options(options, where="the options")
    parts = urlsplit(dsn or "")
    settings = dict(parse_qsl(parts.query))
    if parts.netloc or parts.path.strip("/") or settings.keys() & _PLACE:
        # The driver would let the secret's win.
        raise ValueError(
            "The DSN says who logs in or where. The secret says who; give another place as options:"
            " host=…, port=…, database=…"
        )
    check_options(settings, where="the DSN")


def _arguments(credential: Credential, options: dict[str, Any]) -> dict[str, Any]:
    ours = {
        "user": credential.username,
        "password": credential.password,
        "timeout": CONNECT_SECONDS,
        **server(credential, host="host", port="port", dbname="database"),
    }
    arguments = merged(ours, options)
    host = arguments.get("host") or os.environ.get("PGHOST", "")
    hosts = host.split(",") if isinstance(host, str) else host
    check_hosts(hosts)
    return merged({"ssl": verified_context(",".join(hosts))}, arguments)
