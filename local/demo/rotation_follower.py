"""Waiting for rotations to come to their end."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.aws.rotations import STEPS
from local.errors import LocalError
from local.patience import Patience

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    from local.local_aws import LocalAws

SECONDS_FOR_A_ROTATION = 30
CONFIGURATION_TEST = "configuration test"


class RotationFailedError(LocalError):
    """A rotation did not come to its end."""

    def __init__(self, why: str, logs: object) -> None:
        super().__init__(
            "a rotation failed", why=why, remedy=f"The logs of the functions are in {logs}"
        )


@dataclass(frozen=True)
class FinishedRotation:
    """A rotation that has come to its end."""

    secret: str
    invoked_by: str
    version: str
    attempts: int
    seconds: dict[str, float]

    @classmethod
    def of(cls, entry: dict[str, Any]) -> "FinishedRotation":
        """Read an entry of the journal."""
        return cls(
            entry["secret"],
            entry["invoked_by"],
            entry["version"],
            entry["attempt"],
            entry["seconds"],
        )

    @property
    def total(self) -> float:
        """Seconds that its steps took together."""
        return sum(self.seconds.get(step, 0.0) for step in STEPS)


def all_done(aws: "LocalAws") -> list[FinishedRotation]:
    """Return the rotations of all secrets that succeeded so far."""
    entries = (e for e in aws.rotations if e["invoked_by"] != CONFIGURATION_TEST)
    return [FinishedRotation.of(e) for e in entries if e["error"] is None]


class RotationFollower:
    """Follows the rotations of one secret."""

    def __init__(self, aws: "LocalAws", secret: str) -> None:
        self._aws = aws
        self._secret = secret
        self._secrets: SecretsManagerClient = aws.client("secretsmanager")

    def done(self) -> list[FinishedRotation]:
        """Return the rotations that succeeded so far."""
        return [FinishedRotation.of(e) for e in self._entries() if e["error"] is None]

    def rotate(self, secrets: "SecretsManagerClient | None" = None) -> None:
        """Rotate by hand and wait for the end.

        Args:
            secrets: Whose hand it is; without, the administrator's.

        Raises:
            RotationFailedError: It failed, or took too long.
        """
        self.wait_for_version(self.start(secrets or self._secrets))

    def start(self, secrets: "SecretsManagerClient") -> str:
        """Start a rotation, after one that the schedule has started meanwhile.

        Args:
            secrets: Whose hand it is.

        Returns:
            The version that shall become AWSCURRENT.
        """
        patience = Patience(SECONDS_FOR_A_ROTATION)
        while True:
            try:
                return secrets.rotate_secret(SecretId=self._secret)["VersionId"]
            except secrets.exceptions.InvalidRequestException:
                if patience.over():
                    raise
                time.sleep(0.1)

    def wait_for_version(self, version: str) -> None:
        """Wait until the rotation to a version has succeeded.

        Raises:
            RotationFailedError: It failed, or took too long.
            ServerDiedError: The server ended meanwhile.
        """
        self._wait_until(lambda done: version in {rotation.version for rotation in done})

    def wait_for(self, count: int) -> None:
        """Wait until so many rotations have succeeded.

        Raises:
            RotationFailedError: The next one took too long.
            ServerDiedError: The server ended meanwhile.
        """
        self._wait_until(lambda done: len(done) >= count)

    def _wait_until(self, enough: Callable[[list[FinishedRotation]], bool]) -> None:
        seen, patience = 0, Patience(SECONDS_FOR_A_ROTATION)
        while not enough(done := self.done()):
            if len(done) > seen:
                seen, patience = len(done), Patience(SECONDS_FOR_A_ROTATION)
            self._aws.server.check()
            if patience.over():
                raise RotationFailedError(self._last_error(patience), self._aws.logs)
            time.sleep(0.05)

    def _entries(self) -> list[dict[str, Any]]:
        return [
            entry
            for entry in self._aws.rotations
            if entry["secret"] == self._secret and entry["invoked_by"] != CONFIGURATION_TEST
        ]

    def _last_error(self, patience: Patience) -> str:
        errors = [entry["error"] for entry in self._entries() if entry["error"]]
        return errors[-1] if errors else f"none ended within {patience.account()}"
