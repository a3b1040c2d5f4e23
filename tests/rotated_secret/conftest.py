"""A secret in memory, and a clock that a test moves."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, cast

import pytest

from fakes.secrets_manager import SecretsManager
from local.patience import patient
from rotated_secret import (
    AsyncRotatedSecret,
    AsyncRotatedValue,
    Clock,
    RotatedSecret,
    RotatedValue,
)
from rotated_secret.logins import CONNECT_SECONDS

ADAPTERS = (
    *("asyncpg", "pg8000", "psycopg", "pymysql", "mysql_connector", "aiomysql", "asyncmy"),
    *(("mysqlclient",) if find_spec("MySQLdb") else ()),
)

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf"
FIRST_PASSWORD = "the-First-Password-1"
TOKEN = "the-Token-of-nobody-1"


def document(password: str = FIRST_PASSWORD, **changes: object) -> dict[str, object]:
    return {
        "engine": "postgres",
        "host": "db.example.com",
        "port": 6432,
        "username": "app_user",
        "password": password,
        "dbname": "app",
        **changes,
    }


@pytest.fixture(autouse=True)
def slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that has no time a login at a real server takes longer than any should."""
    for adapter in ADAPTERS:
        seconds = round(patient(CONNECT_SECONDS))
        monkeypatch.setattr(f"rotated_secret.{adapter}.CONNECT_SECONDS", seconds)


class RefusedError(Exception):
    """What a target raises that refuses a credential."""


@dataclass
class Store:
    """Secrets Manager with one secret, which counts what it is asked."""

    manager: SecretsManager = field(default_factory=SecretsManager)
    asked: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.manager.create(ARN, document())

    def get_secret_value(self, **which: str) -> dict[str, Any]:
        self.asked.append(which)
        return self.manager.get_secret_value(**which)

    @property
    def calls(self) -> int:
        return len(self.asked)

    def close(self) -> None:
        """As botocore's clients have it."""

    def rotate(self, password: str = "another-Password-1") -> str:
        return self.manager.put(ARN, "AWSCURRENT", document(password))

    def fails(self, error: Exception) -> None:
        def fail(_: str) -> None:
            raise error

        self.manager.before = fail

    def recovers(self) -> None:
        self.manager.before = lambda _: None

    def is_slow(self) -> None:
        """Lets nobody get the newest who does not wait for it."""
        self.manager.before = lambda _: time.sleep(0.1)

    def hangs(self) -> Callable[[], None]:
        """Lets calls wait; returns what lets them go on."""
        going_on = threading.Event()
        self.manager.before = lambda _: cast("None", going_on.wait(60))
        return going_on.set


@dataclass
class Safe(Store):
    """Secrets Manager with one secret of any content."""

    content: str | bytes = field(default=TOKEN, repr=False)
    version: int = 1
    before: Callable[[], object] = field(default=lambda: None)

    def get_secret_value(self, **which: str) -> dict[str, Any]:
        self.asked.append(which)
        version, content = f"v{self.version}", self.content
        self.before()
        name = "SecretString" if isinstance(content, str) else "SecretBinary"
        return {"VersionId": version, name: content}

    def change(self, content: str | bytes) -> str:
        self.version, self.content = self.version + 1, content
        return f"v{self.version}"


@dataclass
class Hands:
    """The hands of two clocks; who sleeps moves both."""

    monotonic: float = 1_000.0
    wall: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        return Clock(lambda: self.monotonic, lambda: self.wall, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.monotonic += seconds
        self.wall += seconds


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def secret(store: Store, hands: Hands) -> RotatedSecret:
    return RotatedSecret(ARN, client=cast("Any", store), clock=hands.clock())


@pytest.fixture
def async_secret(store: Store) -> AsyncRotatedSecret:
    return AsyncRotatedSecret(ARN, client=cast("Any", store))


@pytest.fixture
def safe() -> Safe:
    return Safe()


@pytest.fixture
def token(safe: Safe, hands: Hands) -> RotatedValue:
    return RotatedValue(ARN, client=cast("Any", safe), clock=hands.clock())


@pytest.fixture
def async_token(safe: Safe) -> AsyncRotatedValue:
    return AsyncRotatedValue(ARN, client=cast("Any", safe))
