"""Applications on each adapter for PostgreSQL; each tells as whom it is logged in."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, cast

import sqlalchemy

from fakes.secrets_manager import SecretsManager
from rotated_secret import AsyncRotatedSecret, RotatedSecret
from rotated_secret import asyncpg as asyncpg_adapter
from rotated_secret import pg8000 as pg8000_adapter
from rotated_secret import psycopg as psycopg_adapter
from rotated_secret import psycopg_pool as pool_adapter
from rotated_secret import sqlalchemy as sqlalchemy_adapter
from rotated_secret import sqlalchemy_async as sqlalchemy_async_adapter
from rotated_secret.cache import AGAIN_SECONDS
from rotated_secret.handle import OfCredential

WHO = "SELECT session_user"


@dataclass(frozen=True)
class Application:
    """An application.

    Attributes:
        user: Does some work, and tells as whom.
        read: Lets it read the secret, if it has not yet.
        renew: Lets it know the newest version.
        rest: Lets it notice what comes over its connections: an event loop does that by itself.
        secret: Its handle.
    """

    user: Callable[[], str]
    read: Callable[[], object]
    renew: Callable[[], object]
    rest: Callable[[], object]
    secret: OfCredential


def first(row: Any) -> str:
    return str(row[0])


class Site(Protocol):
    """Where a secret is."""

    @property
    def arn(self) -> str: ...

    @property
    def secrets(self) -> SecretsManager: ...


Make = Callable[[Site], AbstractContextManager[Application]]


def in_threads(
    opened: Callable[[RotatedSecret], AbstractContextManager[Callable[[], str]]],
) -> Make:
    @contextmanager
    def make(world: Site) -> Iterator[Application]:
        secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))

        def renew() -> None:
            time.sleep(AGAIN_SECONDS)
            secret.refresh(secret.credential())

        with opened(secret) as user:
            yield Application(
                user=user,
                read=secret.credential,
                renew=renew,
                rest=lambda: None,
                secret=secret,
            )

    return make


def in_coroutines(
    open_: Callable[[AsyncRotatedSecret], Awaitable[tuple[Any, Callable[[], Awaitable[str]]]]],
) -> Make:
    @contextmanager
    def make(world: Site) -> Iterator[Application]:
        secret = AsyncRotatedSecret(world.arn, client=cast("Any", world.secrets))

        async def renew() -> None:
            await asyncio.sleep(AGAIN_SECONDS)
            await secret.refresh(await secret.credential())

        with asyncio.Runner() as runner:
            close, user = runner.run(cast("Any", open_(secret)))
            try:
                yield Application(
                    user=lambda: runner.run(cast("Any", user())),
                    read=lambda: runner.run(secret.credential()),
                    renew=lambda: runner.run(renew()),
                    rest=lambda: runner.run(asyncio.sleep(0.05)),
                    secret=secret,
                )
            finally:
                runner.run(close())
                runner.run(asyncio.sleep(0.1))  # what was closed is closed by the event loop

    return make


@contextmanager
def psycopg_connections(secret: RotatedSecret) -> Iterator[Callable[[], str]]:
    def user() -> str:
        with psycopg_adapter.connect(secret) as connection:
            return first(connection.execute(WHO).fetchone())

    yield user


@contextmanager
def psycopg_pool(secret: RotatedSecret) -> Iterator[Callable[[], str]]:
    with pool_adapter.ConnectionPool(secret, min_size=2, open=True) as pool:

        def user() -> str:
            with pool.connection() as connection:
                return first(connection.execute(WHO).fetchone())

        yield user


@contextmanager
def pg8000_connections(secret: RotatedSecret) -> Iterator[Callable[[], str]]:
    def user() -> str:
        with closing(pg8000_adapter.connect(secret)) as connection:
            cursor = connection.cursor()
            cursor.execute(WHO)
            return first(cursor.fetchone())

    yield user


def engine(driver: str) -> Callable[[RotatedSecret], AbstractContextManager[Callable[[], str]]]:
    @contextmanager
    def opened(secret: RotatedSecret) -> Iterator[Callable[[], str]]:
        engine = sqlalchemy_adapter.create_engine(secret, f"postgresql+{driver}://")

        def user() -> str:
            with engine.connect() as connection:
                return str(connection.execute(sqlalchemy.text(WHO)).scalar())

        try:
            yield user
        finally:
            engine.dispose()

    return opened


async def psycopg_coroutines(secret: AsyncRotatedSecret) -> Any:
    async def user() -> str:
        async with await psycopg_adapter.connect_async(secret) as connection:
            return first(await (await connection.execute(WHO)).fetchone())

    async def close() -> None:
        """Each connection is closed after its use."""

    return close, user


async def psycopg_async_pool(secret: AsyncRotatedSecret) -> Any:
    pool = pool_adapter.AsyncConnectionPool(secret, min_size=2, open=False)
    await pool.open()

    async def user() -> str:
        async with pool.connection() as connection:
            return first(await (await connection.execute(WHO)).fetchone())

    return pool.close, user


async def asyncpg_connections(secret: AsyncRotatedSecret) -> Any:
    async def user() -> str:
        connection = await asyncpg_adapter.connect(secret)
        try:
            return str(await connection.fetchval(WHO))
        finally:
            await connection.close()

    async def close() -> None:
        """Each connection is closed after its use."""

    return close, user


async def asyncpg_pool(secret: AsyncRotatedSecret) -> Any:
    pool = await asyncpg_adapter.create_pool(secret, min_size=2)

    async def user() -> str:
        return str(await pool.fetchval(WHO))

    return pool.close, user


def async_engine(driver: str) -> Callable[[AsyncRotatedSecret], Any]:
    async def opened(secret: AsyncRotatedSecret) -> Any:
        engine = sqlalchemy_async_adapter.create_async_engine(secret, f"postgresql+{driver}://")

        async def user() -> str:
            async with engine.connect() as connection:
                return str((await connection.execute(sqlalchemy.text(WHO))).scalar())

        return engine.dispose, user

    return opened


POOLS: Mapping[str, Make] = {
    "psycopg pool": in_threads(psycopg_pool),
    "psycopg async pool": in_coroutines(psycopg_async_pool),
    "asyncpg pool": in_coroutines(asyncpg_pool),
    "SQLAlchemy on psycopg": in_threads(engine("psycopg")),
    "SQLAlchemy on pg8000": in_threads(engine("pg8000")),
    "SQLAlchemy on psycopg, async": in_coroutines(async_engine("psycopg")),
    "SQLAlchemy on asyncpg": in_coroutines(async_engine("asyncpg")),
}
"""Those that keep connections."""

CONNECTIONS: Mapping[str, Make] = {
    "psycopg": in_threads(psycopg_connections),
    "pg8000": in_threads(pg8000_connections),
    "psycopg async": in_coroutines(psycopg_coroutines),
    "asyncpg": in_coroutines(asyncpg_connections),
}
"""Those that open one each time."""
