"""Secrets Manager's side of a rotation: it calls the function, step after step, in the background.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
"""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Protocol

from moto.secretsmanager.models import FakeSecret

from local.aws.clock import Clock
from local.aws.journal import Journal

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
PENDING, CURRENT = "AWSPENDING", "AWSCURRENT"
RETRY_DELAYS = (1.0, 2.0, 4.0)
"""Real seconds before each further attempt. AWS retries "multiple times" at times it does not
document."""


class Outcome(Protocol):
    """What an invocation of a function came to."""

    @property
    def error(self) -> object | None:
        """What went wrong, readable as text, or None."""


Invoke = Callable[[str, dict[str, str]], Outcome]


@dataclass(frozen=True)
class Facts:
    """What the journal says of an attempt, apart from how it went."""

    secret: str
    version: str
    invoked_by: str
    attempt: int


def version_with(secret: FakeSecret, stage: str) -> str | None:
    """Return the id of the version that carries the staging label, or None."""
    return next((v for v, d in secret.versions.items() if stage in d["version_stages"]), None)


def unfinished(secret: FakeSecret) -> str | None:
    """Return the token of a rotation that has not finished, or None.

    It is unfinished while AWSPENDING is on another version than AWSCURRENT.
    """
    pending = version_with(secret, PENDING)
    return pending if pending != version_with(secret, CURRENT) else None


class Rotations:
    """Runs rotations in the background, one at a time for each secret.

    A rotation stops at the first step that fails. It is tried again, from createSecret and with
    the same token, after each of ``RETRY_DELAYS``; after that it waits for the next rotation
    window or the next RotateSecret.
    """

    def __init__(self, *, invoke: Invoke, clock: Clock, journal: Journal) -> None:
        self._invoke = invoke
        self.clock = clock
        self.journal = journal
        self._running: dict[str, str] = {}
        self._lock = threading.Lock()

    def running(self, secret: FakeSecret) -> bool:
        """Tell whether a rotation of the secret is under way."""
        with self._lock:
            return secret.arn in self._running

    def start(self, secret: FakeSecret, token: str, *, invoked_by: str) -> None:
        """Take a token through the four steps, in the background.

        Args:
            secret: The secret; a version for the token carries AWSPENDING already.
            token: The new version's id.
            invoked_by: ``hand`` or ``schedule``, for the journal.
        """
        with self._lock:
            if self._running.get(secret.arn) == token:
                return
            self._running[secret.arn] = token
        threading.Thread(
            target=self._run, args=(secret, token, invoked_by), daemon=True, name="rotation"
        ).start()

    def test(self, secret: FakeSecret) -> None:
        """Try the configuration: run testSecret alone on a copy of the current version.

        RotateSecret does this when it is not to rotate at once; the copy goes away again.
        """
        current = version_with(secret, CURRENT)
        if current is None or not secret.rotation_lambda_arn:
            return
        token = f"configuration-test-{time.time_ns()}"
        copy = {**secret.versions[current], "version_id": token, "version_stages": [PENDING]}
        secret.versions[token] = copy
        try:
            seconds, error = self._step(secret, token, "testSecret")
        finally:
            del secret.versions[token]
        facts = Facts(secret.name, token, "configuration test", attempt=1)
        self._record(facts, {"testSecret": seconds}, error)

    def _run(self, secret: FakeSecret, token: str, invoked_by: str) -> None:
        try:
            for attempt, delay in enumerate((*RETRY_DELAYS, None), start=1):
                if self._attempt(secret, token, invoked_by, attempt) or delay is None:
                    return
                time.sleep(delay)
                if self._running.get(secret.arn) != token:
                    return  # it was given up, and another one has begun
        finally:
            with self._lock:
                if self._running.get(secret.arn) == token:
                    del self._running[secret.arn]

    def _attempt(self, secret: FakeSecret, token: str, invoked_by: str, attempt: int) -> bool:
        seconds: dict[str, float] = {}
        error = None
        for step in STEPS:
            seconds[step], error = self._step(secret, token, step)
            if error:
                break
        if not error and unfinished(secret):
            error = "finishSecret left AWSPENDING on another version than AWSCURRENT"
        if not error:
            secret.last_rotation_date = int(self.clock.now().timestamp())
        self._record(Facts(secret.name, token, invoked_by, attempt), seconds, error)
        return error is None

    def _step(self, secret: FakeSecret, token: str, step: str) -> tuple[float, str | None]:
        event = {"Step": step, "SecretId": secret.arn, "ClientRequestToken": token}
        started = time.monotonic()
        try:
            outcome = self._invoke(secret.rotation_lambda_arn, event)
            error = None if outcome.error is None else str(outcome.error)
        except Exception as problem:  # noqa: BLE001 - whatever it is, the rotation has failed
            error = f"{type(problem).__name__}: {problem}"
        return round(time.monotonic() - started, 3), error and f"{step}: {error}"

    def _record(self, facts: Facts, seconds: dict[str, float], error: str | None) -> None:
        self.journal.append(
            **asdict(facts), seconds=seconds, error=error, at=self.clock.now().isoformat()
        )
