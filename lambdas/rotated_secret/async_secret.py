"""The handle for coroutines."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from rotated_secret.arguments import check_credential, check_function
from rotated_secret.credential import Credential
from rotated_secret.errors import RotatedSecretError
from rotated_secret.handle import OLD_WAIT_SECONDS, Handle
from rotated_secret.refusals import is_refusal, is_unreachable
from rotated_secret.waiting import Flight, Patience

T = TypeVar("T")


class AsyncRotatedSecret(Handle):
    """The same as `RotatedSecret`, for coroutines: waiting never blocks the event loop.

    It may be used by several event loops, as in tests.
    """

    async def credential(self) -> Credential:
        """See `RotatedSecret.credential`."""
        return self._cache.fresh() or await self._aged()

    async def refresh(self, refused: Credential) -> Credential:
        """See `RotatedSecret.refresh`."""
        check_credential("refused", refused)
        return await self._renewed(refused, self._patience_seconds)

    async def run(
        self,
        operation: Callable[[Credential], Awaitable[T]],
        *,
        refused: Callable[[Exception], bool] = is_refusal,
    ) -> T:
        """See `RotatedSecret.run`."""
        check_function("operation", operation)
        check_function("refused", refused)
        credential = await self.credential()
        patience = None
        while True:
            try:
                return await operation(credential)
            except Exception as error:
                is_refused = refused(error)
                if not is_refused and not is_unreachable(error):
                    raise
                patience = patience or self._patience()
                find = self._another if is_refused else self._elsewhere
                another = await find(credential, patience)
                if another is None:
                    self._give_up(error, credential, refused=is_refused)
                    raise
            if another.version_id != credential.version_id:
                patience.begin_anew()
            credential = another

    async def _aged(self) -> Credential:
        cache = self._cache
        if cache.held is None:
            return await self._first()
        flight = cache.refresh()
        await _land(flight, cache.worth_waiting(flight, OLD_WAIT_SECONDS))
        return cache.held.credential

    async def _first(self) -> Credential:
        patience = self._patience()
        failure = await _land(self._cache.refresh(), patience.left())
        while self._cache.held is None:
            await asyncio.sleep(self._pause(failure, patience))
            failure = await _land(self._cache.refresh(), patience.left()) or failure
        return self._cache.held.credential

    async def _renewed(self, refused: Credential, seconds: float) -> Credential:
        flight = self._cache.refresh_refused(refused.version_id)
        if flight:
            await _land(flight, seconds)
        return self._cache.held.credential if self._cache.held else refused

    async def _another(self, refused: Credential, patience: Patience) -> Credential | None:
        newest = await self._renewed(refused, patience.left())
        if newest.version_id != refused.version_id and patience.left():
            return newest
        pause = patience.pause()
        if pause is None:
            return None
        await asyncio.sleep(pause)
        return await self._renewed(refused, patience.left())

    async def _elsewhere(self, unreached: Credential, patience: Patience) -> Credential | None:
        if unreached.host is None:
            return None
        flight = self._cache.refresh_unreachable(unreached.version_id)
        if flight:
            await _land(flight, min(OLD_WAIT_SECONDS, patience.left()))
        return self._moved(unreached, patience)


async def _land(flight: Flight, seconds: float) -> RotatedSecretError | None:
    """See `Flight.wait`. It is here because asyncio takes long to import."""
    await asyncio.wait([asyncio.wrap_future(flight.landed)], timeout=seconds)
    return flight.failure()
