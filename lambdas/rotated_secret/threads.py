"""Waiting in threads."""

from collections.abc import Callable
from typing import TypeVar

from rotated_secret.arguments import check_function, check_version
from rotated_secret.handle import OLD_WAIT_SECONDS, Handle
from rotated_secret.refusals import is_refusal, is_unreachable
from rotated_secret.value import V
from rotated_secret.waiting import Patience

T = TypeVar("T")


class ThreadHandle(Handle[V]):
    """A handle whose methods wait in the thread that calls them."""

    def refresh(self, refused: V) -> V:
        """Reads the secret again, because the target refused a version.

        Only the first of many who were refused the same version causes a read, and nobody does if
        a newer one is here already.

        Args:
            refused: What was refused.

        Returns:
            The newest version. It may be the same: between the change of a single user's password
            and the move of the label, and if Secrets Manager fails.
        """
        check_version("refused", refused, self._kind)
        return self._renewed(refused, self._patience_seconds)

    def replacement(self, refused: V) -> V | None:
        """Another version than the one that the target refused, if there is one.

        For targets that accept AWSCURRENT at any time, and refuse for other reasons too, as HTTP
        servers do. The first refusal of a version causes a read, for all who are refused at the
        time; later ones less and less often, ten seconds apart in the end.

        Args:
            refused: What was refused.

        Returns:
            None if the secret has no other version, or can't be read.
        """
        check_version("refused", refused, self._kind)
        now = self._clock.now()
        for _ in range(2):
            flight = self._cache.refresh_rejected(refused.version_id)
            if flight:
                flight.wait(self._wait_of_rejected(flight))
            if (newest := self._other_than(refused)) or not flight or not flight.is_older_than(now):
                return newest
        return None

    def run(
        self,
        operation: Callable[[V], T],
        *,
        refused: Callable[[Exception], bool] = is_refusal,
    ) -> T:
        """Does something with the secret; again with a newer version if the target refuses it.

        With a database credential also again if its server is not reached, and the secret names
        another one by now.

        Args:
            operation: What to do. It may be called several times: log in, and little else.
            refused: Whether an error of the operation says that the target refused the version.

        Returns:
            What the operation returns.

        Raises:
            Exception: What the operation raised, if that is no refusal, or if no version was
                accepted within `patience_seconds`.
            RotatedSecretError: There is no version yet, and it can't be read.
        """
        check_function("operation", operation)
        check_function("refused", refused)
        version = self._current()
        patience = None
        while True:
            try:
                return operation(version)
            except Exception as error:
                is_refused = refused(error)
                if not is_refused and not is_unreachable(error):
                    raise
                patience = patience or self._patience()
                find = self._another if is_refused else self._elsewhere
                another = find(version, patience)
                if another is None:
                    self._give_up(error, version, refused=is_refused)
                    raise
            if another.version_id != version.version_id:
                patience.begin_anew()
            version = another

    def _current(self) -> V:
        return self._cache.fresh() or self._aged()

    def _aged(self) -> V:
        cache = self._cache
        if cache.held is None:
            return self._first()
        flight = cache.refresh()
        flight.wait(cache.worth_waiting(flight, OLD_WAIT_SECONDS))
        return cache.held.value

    def _first(self) -> V:
        patience = self._patience()
        failure = self._cache.refresh().wait(patience.left())
        while self._cache.held is None:
            self._clock.sleep(self._pause(failure, patience))
            failure = self._cache.refresh().wait(patience.left()) or failure
        return self._cache.held.value

    def _renewed(self, refused: V, seconds: float) -> V:
        flight = self._cache.refresh_refused(refused.version_id)
        if flight:
            flight.wait(seconds)
        return self._cache.held.value if self._cache.held else refused

    def _another(self, refused: V, patience: Patience) -> V | None:
        """A newer version, or the same after a pause; None if it took too long."""
        newest = self._renewed(refused, patience.left())
        if newest.version_id != refused.version_id and patience.left():
            return newest
        pause = patience.pause()
        if pause is None:
            return None
        self._clock.sleep(pause)
        return self._renewed(refused, patience.left())

    def _elsewhere(self, unreached: V, patience: Patience) -> V | None:
        """A version for another server; None if the secret names none."""
        del unreached, patience
        return None
