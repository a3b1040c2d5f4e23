"""The handles for threads."""

from rotated_secret.credential import Credential
from rotated_secret.handle import OLD_WAIT_SECONDS, OfCredential
from rotated_secret.threads import ThreadHandle
from rotated_secret.value import Value
from rotated_secret.waiting import Patience


class RotatedSecret(ThreadHandle[Credential], OfCredential):
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

    def _elsewhere(self, unreached: Credential, patience: Patience) -> Credential | None:
        if unreached.host is None:  # it is the application that knows the server
            return None
        flight = self._cache.refresh_unreachable(unreached.version_id)
        if flight:
            flight.wait(min(OLD_WAIT_SECONDS, patience.left()))
        return self._moved(unreached, patience)


class RotatedValue(ThreadHandle[Value]):
    """Any other secret that changes while the application runs: text, JSON or binary.

    It holds and reads it as `RotatedSecret` does.
    """

    _kind = Value

    def value(self) -> Value:
        """The newest version that is held.

        Raises:
            RotatedSecretError: There is none yet, and it can't be read.
        """
        return self._cache.fresh() or self._aged()
