"""Waiting in coroutines."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from rotated_secret.arguments import check_function, check_version
from rotated_secret.errors import RotatedSecretError
from rotated_secret.handle import OLD_WAIT_SECONDS, Handle
from rotated_secret.refusals import is_refusal, is_unreachable
from rotated_secret.value import V
from rotated_secret.waiting import Flight, Patience

T = TypeVar("T")


class CoroutineHandle(Handle[V]):
    """A handle whose methods are coroutines: waiting never blocks the event loop.

    It may be used by several event loops, as in tests.
    """

    async def refresh(self, refused: V) -> V:
        """See `ThreadHandle.refresh`."""
        check_version("refused", refused, self._kind)
        return await self._renewed(refused, self._patience_seconds)

    async def replacement(self, refused: V) -> V | None:
        """See `ThreadHandle.replacement`."""
        check_version("refused", refused, self._kind)
        now = self._clock.now()
        for _ in range(2):
            flight = self._cache.refresh_rejected(refused.version_id)
            if flight:
                await land(flight, self._wait_of_rejected(flight))
            if (newest := self._other_than(refused)) or not flight or not flight.is_older_than(now):
                return newest
        return None

    async def run(
        self,
        operation: Callable[[V], Awaitable[T]],
        *,
        refused: Callable[[Exception], bool] = is_refusal,
    ) -> T:
        """See `ThreadHandle.run`."""
        check_function("operation", operation)
        check_function("refused", refused)
        version = await self._current()
        patience = None
        while True:
            try:
                return await operation(version)
            except Exception as error:
                is_refused = refused(error)
                if not is_refused and not is_unreachable(error):
                    raise
                patience = patience or self._patience()
                find = self._another if is_refused else self._elsewhere
                another = await find(version, patience)
                if another is None:
                    self._give_up(error, version, refused=is_refused)
                    raise
            if another.version_id != version.version_id:
                patience.begin_anew()
            version = another

    async def _current(self) -> V:
        return self._cache.fresh() or await self._aged()

    async def _aged(self) -> V:
        cache = self._cache
        if cache.held is None:
            return await self._first()
        flight = cache.refresh()
        await land(flight, cache.worth_waiting(flight, OLD_WAIT_SECONDS))
        return cache.held.value

    async def _first(self) -> V:
        patience = self._patience()
        failure = await land(self._cache.refresh(), patience.left())
        while self._cache.held is None:
            await asyncio.sleep(self._pause(failure, patience))
            failure = await land(self._cache.refresh(), patience.left()) or failure
        return self._cache.held.value

    async def _renewed(self, refused: V, seconds: float) -> V:
        flight = self._cache.refresh_refused(refused.version_id)
        if flight:
            await land(flight, seconds)
        return self._cache.held.value if self._cache.held else refused

    async def _another(self, refused: V, patience: Patience) -> V | None:
        newest = await self._renewed(refused, patience.left())
        if newest.version_id != refused.version_id and patience.left():
            return newest
        pause = patience.pause()
        if pause is None:
            return None
        await asyncio.sleep(pause)
        return await self._renewed(refused, patience.left())

    async def _elsewhere(self, unreached: V, patience: Patience) -> V | None:
        del unreached, patience
        return None


async def land(flight: Flight, seconds: float) -> RotatedSecretError | None:
    """See `Flight.wait`. It is here because asyncio takes long to import."""
    await asyncio.wait([asyncio.wrap_future(flight.landed)], timeout=seconds)
    return flight.failure()
