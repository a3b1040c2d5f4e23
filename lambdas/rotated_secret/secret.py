"""The handle for threads."""

from collections.abc import Callable
from typing import TypeVar

from rotated_secret.arguments import check_credential, check_function
from rotated_secret.credential import Credential
from rotated_secret.handle import OLD_WAIT_SECONDS, Handle
from rotated_secret.refusals import is_refusal, is_unreachable
from rotated_secret.waiting import Patience

T = TypeVar("T")


class RotatedSecret(Handle):
    """A database credential that changes while the application runs.

    Make one per process and secret, and keep it. It may be used by any number of threads, and by
    child processes after a fork.

    It holds the credential, so that reading it costs nothing, and reads it anew in the background
    before it gets old. When the target refuses it, it is read at once, and once for all threads.
    If Secrets Manager is slow, throttled or down, what is held goes on to be used.
    """

    def credential(self) -> Credential:
        """The credential.

        Raises:
            RotatedSecretError: There is none yet, and it can't be read.
        """
        return self._cache.fresh() or self._aged()

    def refresh(self, refused: Credential) -> Credential:
        """Reads the credential again, because the target refused it.

        Only the first of many who were refused the same version causes a read, and nobody does if
        a newer one is here already.

        Args:
            refused: What was refused.

        Returns:
            The newest credential. It may be the same: between the change of a single user's
            password and the move of the label, and if Secrets Manager fails.
        """
        check_credential("refused", refused)
        return self._renewed(refused, self._patience_seconds)

    def run(
        self,
        operation: Callable[[Credential], T],
        *,
        refused: Callable[[Exception], bool] = is_refusal,
    ) -> T:
        """Does something with the credential; again with a newer one if the target refuses it.

        Also again if its server is not reached and the secret names another one by now.

        Args:
            operation: What to do. It may be called several times: log in, and little else.
            refused: Whether an error of the operation says that the target refused the credential.

        Returns:
            What the operation returns.

        Raises:
            Exception: What the operation raised, if that is no refusal, or if no credential was
                accepted within `patience_seconds`.
            RotatedSecretError: There is no credential yet, and it can't be read.
        """
        check_function("operation", operation)
        check_function("refused", refused)
        credential = self.credential()
        patience = None
        while True:
            try:
                return operation(credential)
            except Exception as error:
                is_refused = refused(error)
                if not is_refused and not is_unreachable(error):
                    raise
                patience = patience or self._patience()
                find = self._another if is_refused else self._elsewhere
                another = find(credential, patience)
                if another is None:
                    self._give_up(error, credential, refused=is_refused)
                    raise
            if another.version_id != credential.version_id:
                patience.begin_anew()
            credential = another

    def _aged(self) -> Credential:
        cache = self._cache
        if cache.held is None:
            return self._first()
        flight = cache.refresh()
        flight.wait(cache.worth_waiting(flight, OLD_WAIT_SECONDS))
        return cache.held.credential

    def _first(self) -> Credential:
        patience = self._patience()
        failure = self._cache.refresh().wait(patience.left())
        while self._cache.held is None:
            self._clock.sleep(self._pause(failure, patience))
            failure = self._cache.refresh().wait(patience.left()) or failure
        return self._cache.held.credential

    def _renewed(self, refused: Credential, seconds: float) -> Credential:
        flight = self._cache.refresh_refused(refused.version_id)
        if flight:
            flight.wait(seconds)
        return self._cache.held.credential if self._cache.held else refused

    def _another(self, refused: Credential, patience: Patience) -> Credential | None:
        """A newer credential, or the same after a pause; None if it took too long."""
        newest = self._renewed(refused, patience.left())
        if newest.version_id != refused.version_id and patience.left():
            return newest
        pause = patience.pause()
        if pause is None:
            return None
        self._clock.sleep(pause)
        return self._renewed(refused, patience.left())

    def _elsewhere(self, unreached: Credential, patience: Patience) -> Credential | None:
        """A credential for another server; None if the secret names none."""
        if unreached.host is None:  # it is the application that knows the server
            return None
        flight = self._cache.refresh_unreachable(unreached.version_id)
        if flight:
            flight.wait(min(OLD_WAIT_SECONDS, patience.left()))
        return self._moved(unreached, patience)
