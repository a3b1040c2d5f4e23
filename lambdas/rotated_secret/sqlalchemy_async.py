"""Engines of SQLAlchemy for coroutines. They need `sqlalchemy[asyncio]`."""

from functools import partial
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.ext import asyncio

from rotated_secret.async_secret import AsyncRotatedSecret
from rotated_secret.logins import check_for_coroutines
from rotated_secret.sqlalchemy import adapter_for, check_creator, check_engine, let_retired_go

_CONNECT = {
    "psycopg": "psycopg.connect_async",
    "asyncpg": "asyncpg.connect",
    "aiomysql": "aiomysql.connect",
    "asyncmy": "asyncmy.connect",
}


def create_async_engine(
    secret: AsyncRotatedSecret,
    url: str | URL,
    **options: Any,  # noqa: ANN401  # SQLAlchemy's
) -> asyncio.AsyncEngine:
    """Makes an engine for coroutines; see `create_engine`.

    Args:
        secret: The credential.
        url: Dialect and driver, as in `postgresql+asyncpg://` or `mysql+asyncmy://`; the secret has
            the rest. Host, port and database may be there, and win.
        options: Of `sqlalchemy.ext.asyncio.create_async_engine`.

    Raises:
        ValueError: There is no adapter for the driver; or see
            `rotated_secret.options.check_options`.
    """
    check_for_coroutines(secret)
    check_creator(options)
    connect = adapter_for(url, _CONNECT)
    engine = asyncio.create_async_engine(url, **{"pool_pre_ping": True, **options})
    check_engine(engine.sync_engine, url, options)

    @event.listens_for(engine.sync_engine, "do_connect")
    def log_in(dialect: Dialect, _record: object, _: object, arguments: dict[str, Any]) -> Any:  # noqa: ANN401
        return dialect.connect(async_creator_fn=partial(connect, secret), **arguments)

    let_retired_go(engine.sync_engine, secret)
    return engine
