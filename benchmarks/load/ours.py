"""Applications on this project's credential library."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from typing import TYPE_CHECKING

from benchmarks.load import operations, way
from benchmarks.load.way import AsyncOperation, AsyncWay, Operation, Way
from rotated_secret import (
    AsyncRotatedSecret,
    RotatedSecret,
    asyncpg,
    psycopg,
    psycopg_pool,
    pymysql,
)
from rotated_secret.sqlalchemy import create_engine

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient


class Ours(ABC):
    """As its documentation shows it, with nothing around it."""

    def __init__(self, client: Callable[[], "SecretsManagerClient"], secret_id: str) -> None:
        """Make the handles that applications keep.

        Args:
            client: Makes a client for Secrets Manager.
            secret_id: The secret.
        """
        self._client = client()
        self._id = secret_id
        self._secret = self._handle()
        self._async_secret = AsyncRotatedSecret(secret_id, client=client())

    @abstractmethod
    def ways(self) -> list[Way]:
        """What applications do in threads."""

    def async_ways(self) -> list[AsyncWay]:
        """What they do with coroutines; nothing unless a product has a driver for them."""
        return []

    def _handle(self) -> RotatedSecret:
        return RotatedSecret(self._id, client=self._client)

    def _engine(self, url: str) -> Callable[[ExitStack], Operation]:
        engine = create_engine(self._secret, url, **operations.ENGINE)
        return lambda stack: operations.with_engine(engine, stack)


class OursOnPostgres(Ours):
    """On psycopg, SQLAlchemy and asyncpg."""

    def ways(self) -> list[Way]:
        """What applications do in threads."""
        return [
            Way(way.FRESH, lambda _: lambda: operations.ask(psycopg.connect(self._handle()))),
            Way(way.NEW, lambda _: lambda: operations.ask(psycopg.connect(self._secret))),
            Way(way.POOL, self._pool),
            Way(way.ENGINE, self._engine("postgresql+psycopg://")),
        ]

    def async_ways(self) -> list[AsyncWay]:
        """What they do with coroutines."""
        return [
            AsyncWay(way.ASYNC_NEW, self._new_async),
            AsyncWay(way.ASYNC_POOL, self._async_pool),
        ]

    def _pool(self, stack: ExitStack) -> Operation:
        pool = psycopg_pool.ConnectionPool(self._secret, **operations.POOL)
        return operations.with_pool(pool, stack)

    async def _new_async(self, _: AsyncExitStack) -> AsyncOperation:
        return operations.with_new_connections(lambda: asyncpg.connect(self._async_secret))

    async def _async_pool(self, stack: AsyncExitStack) -> AsyncOperation:
        pool = asyncpg.create_pool(self._async_secret, **operations.ASYNC_POOL)
        return await operations.with_async_pool(pool, stack)


class OursOnMySQL(Ours):
    """On PyMySQL and SQLAlchemy."""

    def ways(self) -> list[Way]:
        """What applications do in threads."""
        return [
            Way(way.FRESH, lambda _: lambda: operations.ask_mysql(pymysql.connect(self._handle()))),
            Way(way.NEW, lambda _: lambda: operations.ask_mysql(pymysql.connect(self._secret))),
            Way(way.ENGINE, self._engine("mysql+pymysql://")),
        ]
