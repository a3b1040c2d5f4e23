"""What the pools of aiomysql and asyncmy have in common: the latter's came from the former's."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from rotated_secret.logins import is_retired

if TYPE_CHECKING:
    import asyncio

    from rotated_secret.async_secret import AsyncRotatedSecret

P = TypeVar("P", bound="PoolBySecret")


class PoolBySecret:
    """A pool whose connections log in by the secret.

    Put it before the driver's own class among the bases, which would make connections otherwise.
    """

    _secret: AsyncRotatedSecret
    _connect: Callable[..., Awaitable[Any]]
    _conn_kwargs: dict[str, Any]
    _free: deque[Any]
    _acquiring: int
    _recycle: int
    _loop: asyncio.AbstractEventLoop
    _cond: asyncio.Condition
    minsize: int
    maxsize: int | None
    size: int

    def _is_broken(self, connection: Any) -> bool:  # noqa: ANN401  # the driver's
        raise NotImplementedError

    async def _acquire(self) -> Any:  # noqa: ANN401  # the driver's
        self._let_go()
        return await super()._acquire()  # type: ignore[misc]  # the driver's class

    async def fill(self) -> None:
        """Opens as many connections as it shall have at least."""
        async with self._cond:
            await self._fill_free_pool()

    async def _fill_free_pool(self, override_min: bool = False) -> None:  # noqa: FBT001, FBT002  # as the drivers call it
        self._let_go()
        while self.size < self.minsize or (override_min and self._may_grow()):
            self._acquiring += 1
            try:
                self._free.append(await self._connect(self._secret, **self._conn_kwargs))
            finally:
                self._acquiring -= 1
                self._cond.notify()

    fill_free_pool = _fill_free_pool  # asyncmy's name

    def _may_grow(self) -> bool:
        return not self._free and (not self.maxsize or self.size < self.maxsize)

    def _let_go(self) -> None:
        """Closes idle connections that are broken, too old, or of a retired credential."""
        for connection in tuple(self._free):
            age = self._loop.time() - connection.last_usage
            old = self._recycle > -1 and age > self._recycle
            if old or self._is_broken(connection) or is_retired(connection, self._secret):
                self._free.remove(connection)
                connection.close()


class Promised(Generic[P]):
    """A pool that is made when it is awaited or entered, as both drivers have it."""

    def __init__(self, make: Callable[[], P]) -> None:
        """Makes nothing yet.

        Args:
            make: Makes the pool, in the event loop that uses it.
        """
        self._make = make
        self._pool: Any = None

    def __await__(self) -> Generator[Any, None, P]:
        return self._filled().__await__()

    async def __aenter__(self) -> P:
        self._pool = await self._filled()
        return self._pool  # type: ignore[no-any-return]  # a pool of the driver

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.close()
        await self._pool.wait_closed()

    async def _filled(self) -> P:
        pool = self._make()
        await pool.fill()
        return pool
