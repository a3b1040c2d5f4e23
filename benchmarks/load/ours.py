"""Applications on this project's credential library."""

from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from typing import TYPE_CHECKING

from benchmarks.load import operations, way
from benchmarks.load.way import AsyncOperation, AsyncWay, Operation, Way
from rotated_secret import AsyncRotatedSecret, RotatedSecret, asyncpg, psycopg, psycopg_pool
from rotated_secret.sqlalchemy import create_engine

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient


class Ours:
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

    def ways(self) -> list[Way]:
        """What applications do in threads."""
        return [
            Way(way.FRESH, lambda _: lambda: operations.ask(psycopg.connect(self._handle()))),
            Way(way.NEW, lambda _: lambda: operations.ask(psycopg.connect(self._secret))),
            Way(way.POOL, self._pool),
            Way(way.ENGINE, self._engine),
        ]

    def async_ways(self) -> list[AsyncWay]:
        """What they do with coroutines."""
        return [
            AsyncWay(way.ASYNC_NEW, self._new_async),
            AsyncWay(way.ASYNC_POOL, self._async_pool),
        ]

    def _handle(self) -> RotatedSecret:
        return RotatedSecret(self._id, client=self._client)

    def _pool(self, stack: ExitStack) -> Operation:
        pool = psycopg_pool.ConnectionPool(self._secret, **operations.POOL)
        return operations.with_pool(pool, stack)

    def _engine(self, stack: ExitStack) -> Operation:
        engine = create_engine(self._secret, "postgresql+psycopg://", **operations.ENGINE)
        return operations.with_engine(engine, stack)

    async def _new_async(self, _: AsyncExitStack) -> AsyncOperation:
        return operations.with_new_connections(lambda: asyncpg.connect(self._async_secret))

    async def _async_pool(self, stack: AsyncExitStack) -> AsyncOperation:
        pool = asyncpg.create_pool(self._async_secret, **operations.ASYNC_POOL)
        return await operations.with_async_pool(pool, stack)
