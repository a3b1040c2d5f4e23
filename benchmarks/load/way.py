"""A way in which applications use a database."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from typing import Protocol

Operation = Callable[[], object]
AsyncOperation = Callable[[], Awaitable[object]]

POOLED = 2
"""Connections in a pool."""

CONNECTION_SECONDS = 1.0
"""How old a pooled connection becomes: pools have to log in again and again."""

QUERIES = 25
"""The same for pools of asyncpg, which count."""

POOL_PATIENCE_SECONDS = 10.0
"""How long an operation waits for a pool's connection: as long as our library tries by default."""


@dataclass(frozen=True)
class Way:
    """Threads, each of which does an operation again and again.

    Attributes:
        name: For the table.
        open: Makes what the operations share, such as a pool, and gives the operation.
    """

    name: str
    open: Callable[[ExitStack], Operation]


@dataclass(frozen=True)
class AsyncWay:
    """The same with coroutines."""

    name: str
    open: Callable[[AsyncExitStack], Awaitable[AsyncOperation]]


class Library(Protocol):
    """What an application gets its credential from."""

    def ways(self) -> list[Way]:
        """What applications do with it in threads."""

    def async_ways(self) -> list[AsyncWay]:
        """What they do with coroutines."""


FRESH = "secret read anew"
NEW = "new connection"
POOL = "psycopg pool"
ENGINE = "SQLAlchemy"
ASYNC_NEW = "asyncpg connection"
ASYNC_POOL = "asyncpg pool"
