"""What the handle for threads and the one for coroutines have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Self

from rotated_secret.arguments import (
    LONGEST_PATIENCE_SECONDS,
    LONGEST_REFRESH_SECONDS,
    check_clock,
    check_seconds,
)
from rotated_secret.cache import Cache
from rotated_secret.clock import Clock
from rotated_secret.credential import Credential
from rotated_secret.errors import RotatedSecretError, SecretUnavailableError
from rotated_secret.reader import Reader
from rotated_secret.waiting import Patience

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

REFRESH_SECONDS = 300.0
PATIENCE_SECONDS = 10.0

OLD_WAIT_SECONDS = 2.0
"""How long reading a credential that got old, as in a thawed function, waits for a newer one."""

_CLOCK = Clock()


class Handle:
    """A handle on a rotated secret; the subclasses say how to wait.

    Attributes:
        secret_id: ARN or name of the secret.
    """

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
            refresh_seconds: How old a credential becomes before it is read again in the background;
                with 0 each use reads it.
            patience_seconds: How long a call waits at most: for the first read, and for a
                credential that the target accepts.
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
        self._cache = Cache(Reader(secret_id, client), refresh_seconds=seconds, clock=clock)
        self.secret_id = secret_id

    def newest(self) -> Credential | None:
        """What is held, without waiting; None before the first read.

        A newer one is read in the background if that is due.
        """
        return self._cache.newest()

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

    def _moved(self, unreached: Credential, patience: Patience) -> Credential | None:
        """What is held, if it names another server and there is time to try that."""
        held = self._cache.held
        if held is None or held.credential.server == unreached.server or not patience.left():
            return None
        return held.credential

    def _give_up(self, error: Exception, credential: Credential, *, refused: bool) -> None:
        """Tells on the driver's error how it came to it."""
        newest = f"with version {credential.version_id}, the newest that could be read"
        if refused:
            error.add_note(
                f"{self.secret_id}: {credential.username} was still refused after"
                f" {self._patience_seconds:g} seconds, {newest}. See whether its rotation has"
                " failed, and whether host and user are the right ones."
            )
        elif credential.host is not None:
            error.add_note(
                f"{self.secret_id}: {credential.host} was tried {newest}. If the database has"
                " moved, put its host and port into the secret: a login reads it again."
            )

    def __repr__(self) -> str:
        held = self._cache.held
        version = held.credential.version_id if held else None
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
