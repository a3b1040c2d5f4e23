"""What applications do with a connection, whoever logs it in: a query each time."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from typing import Any

import asyncpg
import psycopg_pool
import pymysql
import sqlalchemy

from benchmarks.load.way import (
    CONNECTION_SECONDS,
    POOL_PATIENCE_SECONDS,
    POOLED,
    QUERIES,
    AsyncOperation,
    Operation,
)

_QUERY = "SELECT 1"

POOL: dict[str, Any] = {
    "min_size": 1,
    "max_size": POOLED,
    "max_lifetime": CONNECTION_SECONDS,
    "timeout": POOL_PATIENCE_SECONDS,
    "open": False,
}
"""The options of psycopg's pool."""

ENGINE: dict[str, Any] = {"pool_size": POOLED, "pool_recycle": int(CONNECTION_SECONDS)}
"""Those of an engine."""

ASYNC_POOL: dict[str, Any] = {"min_size": 0, "max_size": POOLED, "max_queries": QUERIES}
"""Those of asyncpg's pool."""


def ask(connection: Any) -> None:  # noqa: ANN401 - of any driver
    """Ask, and close the connection."""
    with connection:
        connection.execute(_QUERY)


def ask_mysql(connection: "pymysql.Connection[Any]") -> None:
    """The same with PyMySQL."""
    with connection, connection.cursor() as cursor:
        cursor.execute(_QUERY)


def with_pool(pool: psycopg_pool.ConnectionPool[Any], stack: ExitStack) -> Operation:
    """Ask over a pool, which is closed with the stack."""
    stack.enter_context(pool)

    def operate() -> None:
        with pool.connection() as connection:
            connection.execute(_QUERY)

    return operate


def with_engine(engine: sqlalchemy.Engine, stack: ExitStack) -> Operation:
    """Ask over an engine, which is disposed of with the stack."""
    stack.callback(engine.dispose)

    def operate() -> None:
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text(_QUERY))

    return operate


def with_new_connections(connect: Callable[[], Awaitable[Any]]) -> AsyncOperation:
    """Ask over a connection of asyncpg's that is made for it."""

    async def operate() -> None:
        connection = await connect()
        try:
            await connection.execute(_QUERY)
        finally:
            await connection.close()

    return operate


async def with_async_pool(
    pool: "asyncpg.Pool[asyncpg.Record]", stack: AsyncExitStack
) -> AsyncOperation:
    """Ask over a pool of asyncpg's, which is closed with the stack."""
    await stack.enter_async_context(pool)

    async def operate() -> None:
        async with pool.acquire(timeout=POOL_PATIENCE_SECONDS) as connection:
            await connection.execute(_QUERY)

    return operate
