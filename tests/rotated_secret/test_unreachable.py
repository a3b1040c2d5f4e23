"""What happens when the server that the secret names is not there (any more)."""

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import asyncpg
import psycopg
import pymysql
import pytest
import trustme
from pg8000 import exceptions as pg8000_errors
from sqlalchemy.exc import OperationalError

from fakes.postgres import PostgresWorld
from fakes.secrets_manager import failure
from local.postgres import PostgresServer
from rotated_secret import AsyncRotatedSecret, Credential, RotatedSecret, SecretUnavailableError
from rotated_secret.cache import UNREACHABLE_SECONDS
from rotated_secret.refusals import is_unreachable
from tests.postgres_user.impostor import certificate, impostor, with_certificate
from tests.rotated_secret.applications import CONNECTIONS, Make
from tests.rotated_secret.conftest import ARN, Hands, Store, document

LIBPQ = 'connection to server at "db", port 5432 failed: '
NEW_HOST = "new.example.com"


class DriverError(Exception):
    def __init__(self, *arguments: object, **codes: object) -> None:
        super().__init__(*arguments)
        vars(self).update(codes)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(111, "refused"),
        ConnectionResetError(104, "reset"),
        TimeoutError(),
        socket.gaierror(-2, "Name or service not known"),
        OSError("Multiple exceptions: [Errno 111] Connect call failed"),
        psycopg.OperationalError(LIBPQ + "Connection refused"),
        psycopg.OperationalError("[Errno -2] Name or service not known"),
        psycopg.OperationalError("failed to resolve host 'db'"),
        psycopg.OperationalError(LIBPQ + "SSL error: certificate verify failed"),
        psycopg.OperationalError(LIBPQ + 'FATAL:  database "app" does not exist'),
        psycopg.OperationalError(LIBPQ + "FATAL:  the database system is shutting down"),
        psycopg.errors.ConnectionTimeout("connection timeout expired"),
        asyncpg.ConnectionDoesNotExistError("closed in the middle"),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.InvalidCatalogNameError("no such database"),
        pg8000_errors.InterfaceError("network error"),
        pg8000_errors.DatabaseError({"C": "57P01", "M": "terminating"}),
        pymysql.err.OperationalError(2003, "Can't connect"),
        pymysql.err.OperationalError(2013, "Lost connection"),
        pymysql.err.OperationalError(1049, "Unknown database"),
        DriverError("MySQL Connector", errno=2005),
        OperationalError("", None, ConnectionRefusedError()),
        OperationalError("", None, psycopg.OperationalError(LIBPQ + "timeout expired")),
    ],
)
def test_a_server_that_is_not_there_is_unreachable(error: Exception) -> None:
    assert is_unreachable(error)


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError(LIBPQ + "FATAL:  sorry, too many clients already"),
        psycopg.OperationalError(LIBPQ + 'FATAL:  password authentication failed for user "a"'),
        psycopg.errors.UndefinedTable("no such table"),
        asyncpg.TooManyConnectionsError("too many clients"),
        pg8000_errors.DatabaseError({"C": "53300", "M": "too many clients"}),
        pymysql.err.OperationalError(1040, "Too many connections"),
        DriverError("MySQL Connector", errno=1040, sqlstate="08004"),
        pymysql.err.ProgrammingError(1146, "no such table"),
        ValueError("a defect of the application"),
        KeyError("host"),
    ],
)
def test_another_error_is_none(error: Exception) -> None:
    assert not is_unreachable(error)


class Network:
    """Has a server behind one name; tells which names were tried."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.tried: list[str | None] = []

    def __call__(self, credential: Credential) -> str:
        self.tried.append(credential.host)
        if credential.host != self.host:
            raise ConnectionRefusedError
        return credential.version_id

    async def log_in(self, credential: Credential) -> str:
        return self(credential)


def move(store: Store) -> str:
    return store.manager.put(ARN, "AWSCURRENT", document(host=NEW_HOST))


def test_a_database_that_has_moved_is_found_at_the_next_login(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    secret.credential()
    newest = move(store)
    hands.pass_by(UNREACHABLE_SECONDS)
    network = Network(NEW_HOST)
    assert secret.run(network) == newest
    assert network.tried == ["db.example.com", NEW_HOST]
    assert store.calls == 2
    assert not hands.slept


def test_coroutines_find_it_too(store: Store, hands: Hands) -> None:
    secret = AsyncRotatedSecret(ARN, client=cast("Any", store), clock=hands.clock())
    asyncio.run(secret.credential())
    newest = move(store)
    hands.pass_by(UNREACHABLE_SECONDS)
    assert asyncio.run(secret.run(Network(NEW_HOST).log_in)) == newest


@pytest.mark.parametrize("change", [{"port": 1}, {"dbname": "other"}, {"host": NEW_HOST}])
def test_each_part_of_the_address_counts(
    secret: RotatedSecret, store: Store, hands: Hands, change: dict[str, Any]
) -> None:
    secret.credential()
    newest = store.manager.put(ARN, "AWSCURRENT", document(**change))
    hands.pass_by(UNREACHABLE_SECONDS)

    def log_in(credential: Credential) -> str:
        if credential.version_id != newest:
            raise TimeoutError
        return credential.version_id

    assert secret.run(log_in) == newest


def test_a_database_that_is_down_causes_no_storm_of_reads(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    down = Network("nowhere")
    logins = 600
    for _ in range(logins):
        with pytest.raises(ConnectionRefusedError) as caught:
            secret.run(down)
        hands.pass_by(0.1)
    assert store.calls <= 0.1 * logins / UNREACHABLE_SECONDS + 1
    assert len(down.tried) == logins, "it is not tried again where nothing has changed"
    assert not hands.slept
    assert "If the database has moved" in caught.value.__notes__[0]


def test_many_threads_that_do_not_reach_it_cause_one_read(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    secret.credential()
    newest = move(store)
    hands.pass_by(UNREACHABLE_SECONDS)
    with ThreadPoolExecutor(16) as threads:
        logins = threads.map(lambda _: secret.run(Network(NEW_HOST)), range(64))
        assert set(logins) == {newest}
    assert store.calls == 2


def test_a_password_that_changed_is_no_reason_to_try_the_dead_server_again(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    secret.credential()
    store.rotate()
    hands.pass_by(UNREACHABLE_SECONDS)
    network = Network(NEW_HOST)
    with pytest.raises(ConnectionRefusedError):
        secret.run(network)
    assert len(network.tried) == 1


def test_a_server_that_the_secret_does_not_name_is_no_reason_to_read_it(
    store: Store, hands: Hands
) -> None:
    store.manager.put(ARN, "AWSCURRENT", {"username": "u", "password": "p"})
    secret = RotatedSecret(ARN, client=cast("Any", store), clock=hands.clock())
    secret.credential()
    hands.pass_by(UNREACHABLE_SECONDS)
    with pytest.raises(ConnectionRefusedError):
        secret.run(Network(NEW_HOST))
    assert store.calls == 1


def test_the_drivers_error_comes_through_when_secrets_manager_is_down_as_well(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    secret.credential()
    store.fails(failure("InternalServiceError", "GetSecretValue", 500))
    hands.pass_by(UNREACHABLE_SECONDS)
    with pytest.raises(ConnectionRefusedError):
        secret.run(Network("nowhere"))


def test_servers_that_move_faster_than_they_are_reached_end_in_time(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    def log_in(_: Credential) -> None:
        hands.pass_by(UNREACHABLE_SECONDS / 4)
        store.manager.put(ARN, "AWSCURRENT", document(host=f"h{store.calls}"))
        raise TimeoutError

    with pytest.raises(TimeoutError):
        secret.run(log_in)
    assert store.calls < 10


def test_a_first_read_that_fails_is_not_taken_for_a_server_that_is_not_there(
    secret: RotatedSecret, store: Store
) -> None:
    store.fails(failure("AccessDeniedException", "GetSecretValue"))
    with pytest.raises(SecretUnavailableError):
        secret.run(Network(NEW_HOST))


DEAD: dict[str, Callable[[PostgresWorld], dict[str, object]]] = {
    "a port where nothing listens": lambda _: {"port": closed_port()},
    "a name that does not resolve": lambda _: {"host": "no-such-host.invalid"},
    "a database that is gone": lambda _: {"dbname": "gone"},
}


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize("dead", DEAD.values(), ids=DEAD)
@pytest.mark.parametrize("make", CONNECTIONS.values(), ids=CONNECTIONS)
def test_each_driver_finds_the_new_server(
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    make: Make,
    dead: Callable[[PostgresWorld], dict[str, object]],
) -> None:
    monkeypatch.setenv("RDS_CA_BUNDLE", str(postgres.ca))
    monkeypatch.setattr("rotated_secret.cache.UNREACHABLE_SECONDS", 0)
    world = PostgresWorld(postgres)
    world.create_first_user()
    here = world.document()
    world.secrets.put(world.arn, "AWSCURRENT", here | dead(world))
    with make(world) as application:
        with pytest.raises(Exception, match=r"."):
            application.user()
        world.secrets.put(world.arn, "AWSCURRENT", here)
        assert application.user() == world.user


@pytest.mark.parametrize("make", CONNECTIONS.values(), ids=CONNECTIONS)
def test_each_driver_finds_the_new_server_when_the_address_is_somebody_elses_now(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    monkeypatch.setenv("RDS_CA_BUNDLE", str(postgres.ca))
    monkeypatch.setattr("rotated_secret.cache.UNREACHABLE_SECONDS", 0)
    world = PostgresWorld(postgres)
    world.create_first_user()
    here = world.document()
    stranger = with_certificate(certificate(trustme.CA(), "localhost"))
    with impostor(stranger) as server:
        world.secrets.put(world.arn, "AWSCURRENT", here | {"port": server.port})
        with make(world) as application:
            with pytest.raises(Exception, match=r"certificate verify failed"):
                application.user()
            world.secrets.put(world.arn, "AWSCURRENT", here)
            assert application.user() == world.user
