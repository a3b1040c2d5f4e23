"""Somebody who uses a credential all the time while it rotates."""

import json
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

from local.demo.attempt import Attempts

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    from local.local_aws import LocalAws


class Routine(ABC):
    """Uses a credential as it was at the beginning and as it is by now, again and again.

    Use it as a context manager: on leaving, the use under way is awaited.

    Attributes:
        who: Who uses it, for the report.
        what: What is tried, for the report.
        pause_seconds: How long to wait between two uses.
    """

    who: str
    what: str
    pause_seconds: float

    def __init__(self, aws: "LocalAws", secret: str) -> None:
        """Begin with nothing.

        Args:
            aws: The local AWS.
            secret: The name of the secret that holds the credential.
        """
        self._secret = secret
        self._secrets: SecretsManagerClient = aws.client("secretsmanager")
        self._succeeded = 0
        self._failures: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Start."""
        self._first = self._read()
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join()

    def use_both(self) -> None:
        """Use the credential of the beginning, and the one that is in use by now."""
        newest = self._read()
        for one, other in ((self._first, newest), (newest, self._first)):
            try:
                self._use(one, other)
            except self._errors as error:
                self._failures.append(str(error))
            else:
                self._succeeded += 1

    def tell(self, attempts: Attempts) -> None:
        """Write down how it went.

        Raises:
            NotAsIntendedError: A use failed.
        """
        attempts.succeeded(self.who, self.what, calls=self._succeeded, failures=self._failures)

    _errors: tuple[type[Exception], ...] = (OSError,)
    """What a use that fails raises."""

    @abstractmethod
    def _use(self, credential: dict[str, Any], other: dict[str, Any]) -> None:
        """Use one of them.

        Args:
            credential: That one.
            other: The other one, for who needs a peer.
        """

    def _run(self) -> None:
        while not self._stop.wait(self.pause_seconds):
            self.use_both()

    def _read(self) -> dict[str, Any]:
        """Read AWSCURRENT: as the administrator, who stands for the application's own role."""
        answer = self._secrets.get_secret_value(SecretId=self._secret, VersionStage="AWSCURRENT")
        credential: dict[str, Any] = json.loads(answer["SecretString"])
        return credential
