"""What handles for threads and for coroutines have in common, whatever they hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, NoReturn, Self

from rotated_secret.arguments import (
    LONGEST_PATIENCE_SECONDS,
    LONGEST_REFRESH_SECONDS,
    check_clock,
    check_function,
    check_seconds,
)
from rotated_secret.cache import Cache
from rotated_secret.clock import Clock
from rotated_secret.credential import Credential
from rotated_secret.errors import RotatedSecretError, SecretUnavailableError
from rotated_secret.reader import Reader
from rotated_secret.value import V
from rotated_secret.waiting import Flight, Patience

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

REFRESH_SECONDS = 300.0
PATIENCE_SECONDS = 10.0

OLD_WAIT_SECONDS = 2.0
"""How long reading a credential that got old, as in a thawed function, waits for a newer one."""

_CLOCK = Clock()


class Handle(Generic[V]):
    """A handle on a rotated secret; the subclasses say how to wait, and what it holds.

    Attributes:
        secret_id: ARN or name of the secret.
    """

    _kind: type[V]
    """What the content is parsed as."""

    def __init__(
        self,
        secret_id: str,
        *,
        client: SecretsManagerClient | None = None,
        refresh_seconds: float = REFRESH_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
        clock: Clock = _CLOCK,
    ) -> None:
        """Makes the client, unless another handle has; Secrets Manager is not called yet.

        Args:
            secret_id: ARN or name of the secret. An ARN says in which region to ask.
            client: Secrets Manager, if the usual client with bounded time-outs will not do.
            refresh_seconds: How old a version becomes before it is read again in the background;
                with 0 each use reads it.
            patience_seconds: How long a call waits at most: for the first read, and for a
                version that the target accepts.
            clock: Where the time comes from.

        Raises:
            TypeError: An argument is of another type.
            ValueError: An argument can't be meant, or the client is for another region.
            botocore.exceptions.NoRegionError: No region is configured, and the secret's name tells
                none.
        """
        check_clock(clock)
        seconds = check_seconds(
            "refresh_seconds", refresh_seconds, longest=LONGEST_REFRESH_SECONDS, may_be_none=True
        )
        self._patience_seconds = check_seconds(
            "patience_seconds", patience_seconds, longest=LONGEST_PATIENCE_SECONDS
        )
        self._clock = clock
        self._reader: Reader[V] = Reader(secret_id, self._kind.parse, client)
        self._cache = Cache(self._reader, refresh_seconds=seconds, clock=clock)
        self.secret_id = secret_id

    def newest(self) -> V | None:
        """What is held, without waiting; None before the first read.

        A newer one is read in the background if that is due.
        """
        return self._cache.newest()

    def expect(self, check: Callable[[V], object]) -> None:
        """Takes no version from now on that does not stand a check.

        What is held goes on to be used then, and the failure is logged as one of reading.

        Args:
            check: Raises BadSecretError for a version that can't be used: see `Value.unusable`. Of
                any other error its kind and place are told. One that equals an earlier one adds
                nothing.
        """
        check_function("check", check)
        if check not in self._reader.checks:
            self._reader.checks.append(check)

    def _patience(self) -> Patience:
        return Patience(self._patience_seconds, self._clock)

    def _pause(self, failure: RotatedSecretError | None, patience: Patience) -> float:
        """How long to wait before the first read is tried again.

        Raises:
            RotatedSecretError: It is not tried again.
        """
        pause = patience.pause() if failure is None or failure.retry_helps else None
        if pause is not None:
            return min(max(pause, self._cache.back_off()), patience.left())
        if failure is not None:
            raise failure.anew() from failure.__cause__
        raise SecretUnavailableError(
            self.secret_id,
            f"Secrets Manager did not answer within {self._patience_seconds:g} seconds",
            code="TimeOut",
            remedy="Look at the network and the VPC endpoint",
            retry_helps=True,
        )

    def _wait_of_rejected(self, flight: Flight) -> float:
        """How long one waits for a read who may have been refused for another reason.

        Else, while Secrets Manager does not answer, all that a server forbids would wait for it.
        """
        if not self._cache.fails:
            return self._patience_seconds
        left = OLD_WAIT_SECONDS - self._clock.now().since(flight.begun)
        return min(max(0.0, left), self._patience_seconds)

    def _other_than(self, refused: V) -> V | None:
        held = self._cache.held
        is_other = held is not None and held.value.version_id != refused.version_id
        return held.value if held and is_other else None

    def _give_up(self, error: Exception, version: V, *, refused: bool) -> None:
        """Tells on the error of what was tried how it came to it."""
        if refused:
            error.add_note(
                f"{self.secret_id}: {self._named(version)} was still refused after"
                f" {self._patience_seconds:g} seconds, with version {version.version_id}, the"
                " newest that could be read. See whether its rotation has failed, and whether"
                f" {self._doubtful} are the right ones."
            )

    def _named(self, version: V) -> str:
        """What it is that was refused, for people."""
        del version
        return "the secret"

    _doubtful = "secret and target"
    """What else may be wrong where a version is refused."""

    def __repr__(self) -> str:
        held = self._cache.held
        version = held.value.version_id if held else None
        return f"{type(self).__name__}({self.secret_id!r}, version_id={version!r})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        """Of settings, say, that are copied as a whole: it is the same secret."""
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"A {type(self).__name__} can't be pickled: hand over its secret_id, and make one where"
            " it is used"
        )


class OfCredential(Handle[Credential]):
    """What handles on database credentials have in common."""

    _kind = Credential
    _doubtful = "host and user"

    def _moved(self, unreached: Credential, patience: Patience) -> Credential | None:
        """What is held, if it names another server and there is time to try that."""
        held = self._cache.held
        if held is None or held.value.server == unreached.server or not patience.left():
            return None
        return held.value

    def _named(self, version: Credential) -> str:
        return version.username

    def _give_up(self, error: Exception, version: Credential, *, refused: bool) -> None:
        super()._give_up(error, version, refused=refused)
        if not refused and version.host is not None:
            error.add_note(
                f"{self.secret_id}: {version.host} was tried with version {version.version_id}, the"
                " newest that could be read. If the database has moved, put its host and port into"
                " the secret: a login reads it again."
            )
