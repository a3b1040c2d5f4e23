"""The handles for coroutines."""

from rotated_secret.coroutines import CoroutineHandle, land
from rotated_secret.credential import Credential
from rotated_secret.handle import OLD_WAIT_SECONDS, OfCredential
from rotated_secret.value import Value
from rotated_secret.waiting import Patience


class AsyncRotatedSecret(CoroutineHandle[Credential], OfCredential):
    """The same as `RotatedSecret`, for coroutines: waiting never blocks the event loop."""

    async def credential(self) -> Credential:
        """See `RotatedSecret.credential`."""
        return self._cache.fresh() or await self._aged()

    async def _elsewhere(self, unreached: Credential, patience: Patience) -> Credential | None:
        if unreached.host is None:
            return None
        flight = self._cache.refresh_unreachable(unreached.version_id)
        if flight:
            await land(flight, min(OLD_WAIT_SECONDS, patience.left()))
        return self._moved(unreached, patience)


class AsyncRotatedValue(CoroutineHandle[Value]):
    """The same as `RotatedValue`, for coroutines: waiting never blocks the event loop."""

    _kind = Value

    async def value(self) -> Value:
        """See `RotatedValue.value`."""
        return self._cache.fresh() or await self._aged()
