"""An error reporter that records the variables of all functions does not get the password.

Each adapter, with each way in which a login fails.
"""

import asyncio
import copy
import os
import socket
import ssl
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import trustme
from pg8000.exceptions import DatabaseError

from fakes.postgres import PostgresWorld
from fakes.secrets_manager import SecretsManager
from local.postgres import PostgresServer
from rotated_secret import (
    AsyncRotatedSecret,
    BadSecretError,
    RotatedSecret,
    asyncpg,
    pg8000,
    psycopg,
)
from tests.postgres_user.impostor import (
    Behaviour,
    Impostor,
    certificate,
    garbling,
    hanging_up,
    impostor,
    silent,
    silent_after_tls,
    without_tls,
)
from tests.rotated_secret import mysql_impostor
from tests.rotated_secret.applications import CONNECTIONS, POOLS, Make
from tests.rotated_secret.conftest import ADAPTERS, ARN, Store, document
from tests.rotated_secret.frames import recorded
from tests.rotated_secret.mysql_applications import CONNECTIONS as MYSQL_CONNECTIONS
from tests.rotated_secret.pooler import refusing

APPLICATIONS = {name: make for name, make in {**CONNECTIONS, **POOLS}.items() if "pool" not in name}
"""Without the pools that log in in the background: their users get an error of the pool's own."""


@dataclass(frozen=True)
class Stage:
    """What a failure is made of."""

    world: PostgresWorld
    monkeypatch: pytest.MonkeyPatch
    folder: Path

    def context(self) -> ssl.SSLContext:
        """TLS that the application trusts."""
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.folder / "ca.pem")
        self.monkeypatch.setenv("RDS_CA_BUNDLE", str(self.folder / "ca.pem"))
        return certificate(authority, "localhost")

    def put(self, **changes: object) -> None:
        self.world.secrets.put(self.world.arn, "AWSCURRENT", self.world.document() | changes)


Failure = Callable[[Stage], AbstractContextManager[object]]


@contextmanager
def refused(stage: Stage) -> Iterator[None]:
    stage.put(password="the-wrong-Password-1")
    yield


@contextmanager
def without_database(stage: Stage) -> Iterator[None]:
    stage.put(dbname="missing")
    yield


@contextmanager
def unreachable(stage: Stage) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    stage.put(port=port)
    yield


@contextmanager
def untrusted(stage: Stage) -> Iterator[None]:
    stage.monkeypatch.delenv("RDS_CA_BUNDLE")
    yield


def at(behaviour: Callable[[Stage], Behaviour]) -> Failure:
    @contextmanager
    def failure(stage: Stage) -> Iterator[None]:
        with impostor(behaviour(stage)) as server:
            stage.put(port=server.port)
            yield

    return failure


def answering(answer: bytes) -> Callable[[Stage], Behaviour]:
    """Takes the password and answers like this."""

    def of(stage: Stage) -> Behaviour:
        context = stage.context()

        def behaviour(server: Impostor, connection: socket.socket) -> None:
            server.read(connection)
            connection.sendall(b"S")
            with context.wrap_socket(connection, server_side=True) as encrypted:
                server.read(encrypted)
                encrypted.sendall(b"R" + struct.pack("!II", 8, 3))
                server.read(encrypted)
                encrypted.sendall(answer)

        return behaviour

    return of


FAILURES: Mapping[str, Failure] = {
    "refused": refused,
    "refused by a pooler": at(
        lambda stage: refusing(stage.context(), "08P01", "SASL authentication failed")
    ),
    "no such database": without_database,
    "unreachable": unreachable,
    "not trusted": untrusted,
    "without TLS": at(lambda _: without_tls),
    "silent": at(lambda _: silent),
    "silent after TLS": at(lambda _: silent_after_tls),
    "garbage": at(lambda _: garbling),
    "garbage after the password": at(answering(b"R\0\0\0\x0c\0\0\0\x0a\xff\xfe\xfd\0")),
    "unknown kind of login": at(answering(b"R" + struct.pack("!II", 8, 99))),
    "gone": at(lambda _: hanging_up),
    "gone after the password": at(answering(b"")),
}


@pytest.fixture(autouse=True)
def trusting(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RDS_CA_BUNDLE", str(postgres.ca))
    for adapter in ADAPTERS:
        monkeypatch.setattr(f"rotated_secret.{adapter}.CONNECT_SECONDS", 1)


@pytest.fixture(scope="module")
def site(postgres: PostgresServer) -> Iterator[PostgresWorld]:
    """A user for all of them: no login of theirs changes anything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RDS_CA_BUNDLE", str(postgres.ca))
        world = PostgresWorld(postgres)
        world.create_first_user()
        yield world


@pytest.fixture
def world(site: PostgresWorld) -> PostgresWorld:
    """The same with a secret of the test's own."""
    world = copy.copy(site)
    world.secrets = SecretsManager()
    world.secrets.create(world.arn, site.document())
    return world


def found(error: BaseException, password: str) -> list[str]:
    return [where for where, text in recorded(error) if password in text]


def test_a_reporter_would_find_a_variable() -> None:
    code = compile("def f(password):\n  kept = [{'x': password}]\n  1 / 0", "driver.py", "exec")
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102  # a driver in two lines
    with pytest.raises(ZeroDivisionError) as caught:
        names["f"]("a-Password-1")
    assert found(caught.value, "a-Password-1") == [
        "driver.py:f: password",
        "driver.py:f: kept",
        "driver.py:f: kept.0",
        "driver.py:f: kept.0.x",
    ]


@pytest.mark.parametrize(
    ("make", "failure"),
    [
        pytest.param(make, failure, id=f"{name}: {what}")
        for name, make in APPLICATIONS.items()
        for what, failure in FAILURES.items()
        # What waits for a time-out is the driver's alone.
        if name in CONNECTIONS or "silent" not in what
    ],
)
def test_the_error_of_a_login_carries_the_password_nowhere(
    world: PostgresWorld,
    make: Make,
    failure: Failure,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with failure(Stage(world, monkeypatch, tmp_path)), make(world) as application:
        application.secret._patience_seconds = 0.1
        with pytest.raises(Exception, match=r".*") as caught:
            application.user()
    password = world.document()["password"]
    assert len(password) > 10
    assert not found(caught.value, password)


def test_nor_does_one_that_the_application_has_cancelled(world: PostgresWorld) -> None:
    async def main() -> TimeoutError:
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(0.3):
                await asyncpg.connect(secret)
        return caught.value

    with impostor(silent) as server:
        world.secrets.put(world.arn, "AWSCURRENT", world.document() | {"port": server.port})
        secret = AsyncRotatedSecret(world.arn, client=cast("Any", world.secrets))
        error = asyncio.run(main())
    assert isinstance(error.__cause__, asyncio.CancelledError)
    assert not found(error, world.document()["password"])


def test_the_error_is_the_drivers_and_keeps_what_the_application_was_doing(
    world: PostgresWorld,
) -> None:
    wrong = world.document() | {"password": "the-wrong-Password-1"}
    world.secrets.put(world.arn, "AWSCURRENT", wrong)
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets), patience_seconds=0.1)

    def work() -> None:
        try:
            os.environ["NOT_THERE"]
        except KeyError:
            pg8000.connect(secret)

    with pytest.raises(DatabaseError) as caught:
        work()
    assert caught.value.args[0]["C"] == "28P01"
    assert isinstance(caught.value.__context__, KeyError)
    assert caught.value.__context__.__traceback__ is not None


@pytest.mark.parametrize("adapter", [pg8000.connect, psycopg.connect])
def test_a_connection_shows_it_nowhere(world: PostgresWorld, adapter: Callable[..., Any]) -> None:
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    connection = adapter(secret)
    password = world.document()["password"]
    for thing in (connection, vars(connection)):
        assert password not in repr(thing)
        assert password.encode() not in repr(thing).encode()
    connection.close()


REFUSED = mysql_impostor.err_packet(1045, "Access denied")

AT_MYSQL: Mapping[str, Callable[[ssl.SSLContext], Behaviour]] = {
    "refused": lambda context: mysql_impostor.answering(context, REFUSED),
    "gone after the login": mysql_impostor.answering,
    "not trusted": lambda _: mysql_impostor.answering(certificate(trustme.CA(), "localhost")),
    "without TLS": lambda _: mysql_impostor.without_tls,
    "silent": lambda _: mysql_impostor.silent,
    "silent after the greeting": lambda _: mysql_impostor.silent_after_greeting,
    "garbage": lambda _: mysql_impostor.garbling,
    "gone": lambda _: mysql_impostor.hanging_up,
}
"""Where the login fails, with a context for TLS that is trusted."""


@pytest.mark.parametrize("password", ["wrong-Password-1", "wrong-Pässwörd-€-1"])
@pytest.mark.parametrize("failure", AT_MYSQL.values(), ids=AT_MYSQL)
@pytest.mark.parametrize("make", MYSQL_CONNECTIONS.values(), ids=MYSQL_CONNECTIONS)
def test_a_login_at_mysql_that_fails_carries_it_nowhere(
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make: Make,
    failure: Callable[[ssl.SSLContext], Behaviour],
    password: str,
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("RDS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    with impostor(failure(certificate(authority, "localhost"))) as server:
        there = {"host": "localhost", "port": server.port}
        store.manager.put(ARN, "AWSCURRENT", document(password) | there)
        with make(Safekept(store.manager)) as application:
            application.read()
            application.secret._patience_seconds = 0.1
            with pytest.raises(Exception, match=r".") as caught:
                application.user()
    assert not found(caught.value, password)
    assert not found(caught.value, str(password.encode()).strip("b'"))
    assert not found(caught.value, password.encode().decode("latin1"))


@dataclass(frozen=True)
class Safekept:
    """A secret that no world has."""

    secrets: SecretsManager
    arn: str = ARN


@pytest.mark.parametrize(
    "content",
    [
        '{"username": "app", "password": "the-Password-1", "port": "many"}',
        '{"username": "app", "password": "the-Password-1\\u0000"}',
        '{"username": "app", "password": "the-Password-1\\ud800"}',
        '{"username": "app", "password": ["the-Password-1"]}',
        '{"username": "", "password": "the-Password-1"}',
        '{"username": "app", "password": "the-Password-1"',
        '["the-Password-1"]',
    ],
)
def test_nor_does_the_error_of_a_secret_that_can_not_be_used(store: Store, content: str) -> None:
    version = store.rotate()
    store.manager.secrets[ARN].contents[version] = content
    secret = RotatedSecret(ARN, client=cast("Any", store))
    with pytest.raises(BadSecretError) as caught:
        secret.credential()
    assert not found(caught.value, "the-Password-1")
