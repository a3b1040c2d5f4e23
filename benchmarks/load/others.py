"""Applications on another cache of secrets."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg
import psycopg
import psycopg_pool
import pymysql
import sqlalchemy

from benchmarks.load import operations, way
from benchmarks.load.caches import Cache, Document, MakeCache
from benchmarks.load.way import AsyncOperation, AsyncWay, Operation, Way
from rotated_secret.refusals import is_refusal
from rotated_secret.tls import authorities, verified_context

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

T = TypeVar("T")


class Others(ABC):
    """The same applications, with the retry that a careful team writes, or without.

    The retry: if the database refuses the credential, read the secret past the cache and log in
    once more.
    """

    def __init__(
        self,
        make: MakeCache,
        client: Callable[[], "SecretsManagerClient"],
        secret_id: str,
        *,
        retries: bool,
    ) -> None:
        """Make the cache that applications keep.

        Args:
            make: Makes a cache.
            client: Makes a client for Secrets Manager.
            secret_id: The secret.
            retries: Whether a refused login is tried once more.
        """
        self._client = client()
        self._id = secret_id
        self._make = make
        self._cache = self._fresh()
        self._retries = retries

    @abstractmethod
    def ways(self) -> list[Way]:
        """What applications do in threads."""

    def async_ways(self) -> list[AsyncWay]:
        """What they do with coroutines; nothing unless a product has a driver for them."""
        return []

    def _fresh(self) -> Cache:
        return self._make(self._client, self._id)

    def _log_in(self, cache: Cache, connect: Callable[[Document], T]) -> T:
        try:
            return connect(cache.get())
        except Exception as error:
            if not (self._retries and is_refusal(error)):
                raise
        return connect(cache.get_anew())

    def _engine(
        self, url: str, connect: Callable[[Document], object]
    ) -> Callable[[ExitStack], Operation]:
        engine = sqlalchemy.create_engine(
            url,
            creator=lambda: self._log_in(self._cache, connect),
            pool_pre_ping=True,
            **operations.ENGINE,
        )
        return lambda stack: operations.with_engine(engine, stack)


class OthersOnPostgres(Others):
    """On psycopg, SQLAlchemy and asyncpg."""

    def ways(self) -> list[Way]:
        """What applications do in threads."""
        return [
            Way(way.FRESH, lambda _: lambda: self._ask(self._fresh())),
            Way(way.NEW, lambda _: lambda: self._ask(self._cache)),
            Way(way.POOL, self._pool),
            Way(way.ENGINE, self._engine("postgresql+psycopg://", _connect)),
        ]

    def async_ways(self) -> list[AsyncWay]:
        """What they do with coroutines."""
        return [
            AsyncWay(way.ASYNC_NEW, self._new_async),
            AsyncWay(way.ASYNC_POOL, self._async_pool),
        ]

    def _ask(self, cache: Cache) -> None:
        operations.ask(self._log_in(cache, _connect))

    async def _log_in_async(self, connect: Callable[[Document], Awaitable[T]]) -> T:
        try:
            return await connect(await asyncio.to_thread(self._cache.get))
        except Exception as error:
            if not (self._retries and is_refusal(error)):
                raise
        return await connect(await asyncio.to_thread(self._cache.get_anew))

    def _pool(self, stack: ExitStack) -> Operation:
        log_in = self._log_in

        class LoggingIn(psycopg.Connection[Any]):
            @classmethod
            def connect(cls, *_: Any, **__: Any) -> psycopg.Connection[Any]:  # type: ignore[override] # noqa: ANN401 - the pool's
                return log_in(cache, _connect)

        cache = self._cache
        pool = psycopg_pool.ConnectionPool(
            connection_class=LoggingIn,
            check=psycopg_pool.ConnectionPool.check_connection,
            **operations.POOL,
        )
        return operations.with_pool(pool, stack)

    async def _new_async(self, _: AsyncExitStack) -> AsyncOperation:
        return operations.with_new_connections(lambda: self._log_in_async(_connect_async))

    async def _async_pool(self, stack: AsyncExitStack) -> AsyncOperation:
        async def connect(*_: Any, **__: Any) -> "asyncpg.Connection[asyncpg.Record]":  # noqa: ANN401 - the pool's
            return await self._log_in_async(_connect_async)

        pool = asyncpg.create_pool(connect=connect, **operations.ASYNC_POOL)
        return await operations.with_async_pool(pool, stack)


class OthersOnMySQL(Others):
    """On PyMySQL and SQLAlchemy."""

    def ways(self) -> list[Way]:
        """What applications do in threads."""
        return [
            Way(way.FRESH, lambda _: lambda: self._ask(self._fresh())),
            Way(way.NEW, lambda _: lambda: self._ask(self._cache)),
            Way(way.ENGINE, self._engine("mysql+pymysql://", _connect_mysql)),
        ]

    def _ask(self, cache: Cache) -> None:
        operations.ask_mysql(self._log_in(cache, _connect_mysql))


def _connect(document: Document) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=document["host"],
        port=document["port"],
        user=document["username"],
        password=document["password"],
        dbname=document["dbname"],
        sslmode="verify-full",
        sslrootcert=authorities(),
        connect_timeout=5,
    )


async def _connect_async(document: Document) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(
        host=document["host"],
        port=document["port"],
        user=document["username"],
        password=document["password"],
        database=document["dbname"],
        ssl=verified_context(),
        timeout=5,
    )


def _connect_mysql(document: Document) -> "pymysql.Connection[Any]":
    return pymysql.connect(
        host=document["host"],
        port=document["port"],
        user=document["username"],
        password=document["password"],
        database=document["dbname"],
        ssl=verified_context(),
        connect_timeout=5,
    )
