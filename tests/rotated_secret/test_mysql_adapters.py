"""Each adapter at a real MariaDB and a real MySQL, while the credential is rotated in each way."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast

import pymysql
import pytest
import sqlalchemy
import trustme
from mysql.connector.errors import PoolError, ProgrammingError

from fakes.mysql import MySQLWorld
from fakes.secrets_manager import SecretsManager
from local.mariadb import MariaDBServer
from rotated_secret import AsyncRotatedSecret, RotatedSecret, is_retired, version_of
from rotated_secret.cache import AGAIN_SECONDS
from rotated_secret.refusals import codes, is_refusal
from rotated_secret.sqlalchemy import create_engine
from tests.postgres_user.impostor import Behaviour, Impostor, certificate, impostor
from tests.rotated_secret.applications import Application, Make, first
from tests.rotated_secret.frames import texts
from tests.rotated_secret.mysql_applications import (
    CONNECTIONS,
    MISSING,
    POOLS,
    PURE,
    adapter,
    asked,
    asked_async,
)
from tests.rotated_secret.mysql_impostor import answering, err_packet, refusing_at_once, without_tls
from tests.rotated_secret.test_refusals import MYSQL as NUMBERS

APPLICATIONS = {**CONNECTIONS, **POOLS}

PRODUCTS = ("mariadb", "mysql")
STRATEGIES = ("single", "alternating", "dual")


def on_each(applications: Mapping[str, Make], products: Sequence[str]) -> pytest.MarkDecorator:
    """At each product's server; what does not depend on that is tried at one."""
    return pytest.mark.parametrize(
        ("world", "make"),
        [
            pytest.param(product, make, id=f"{name} at {product}")
            for product in products
            for name, make in applications.items()
        ],
        indirect=["world"],
    )


on_every_driver = pytest.mark.parametrize("make", CONNECTIONS.values(), ids=CONNECTIONS)

ROTATIONS = 6


@pytest.fixture(params=PRODUCTS)
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> MySQLWorld:
    server = request.getfixturevalue(request.param)
    monkeypatch.setenv("RDS_CA_BUNDLE", str(server.ca))
    world = MySQLWorld(server)
    world.create_first_user()
    return world


def put(world: MySQLWorld, **changes: object) -> None:
    """A person changes the secret."""
    world.secrets.put(world.arn, "AWSCURRENT", world.document() | changes)


def give(world: MySQLWorld, password: str) -> None:
    """A person gives the user a password."""
    statement = f"ALTER USER {world.document()['username']} IDENTIFIED BY %s"
    world.product.run(statement, password)


def sessions(world: MySQLWorld) -> set[int]:
    """The numbers of the sessions of the secret's users."""
    listed = "SELECT id FROM information_schema.processlist WHERE user IN (%s, %s)"
    return {number for [number] in world.product.run(listed, world.user, world.clone)}


def end_sessions(world: MySQLWorld) -> None:
    for number in sessions(world):
        world.run(f"KILL {number}")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_login_fails_while_rotations_follow_each_other(world: MySQLWorld, strategy: str) -> None:
    """Of applications on each adapter, all at once."""
    over = threading.Event()
    ready = threading.Barrier(len(APPLICATIONS) + 1)

    def work(make: Make) -> int:
        worked = 0
        with make(world) as application:
            ready.wait()
            while not over.wait(0.01):
                assert application.user() in {world.user, world.clone}
                worked += 1
            assert application.user() in {world.user, world.clone}
        return worked

    with ThreadPoolExecutor(len(APPLICATIONS)) as threads:
        working = [threads.submit(work, make) for make in APPLICATIONS.values()]
        ready.wait()
        for _ in range(ROTATIONS):
            world.rotate(getattr(world, strategy))
        over.set()
        assert all(each.result() for each in working)


@on_each(CONNECTIONS, ["mysql"])
def test_it_gets_in_between_the_change_of_the_password_and_the_move_of_the_label(
    world: MySQLWorld, make: Make
) -> None:
    with make(world) as application:
        application.renew()
        token = world.until(world.single, "testSecret")

        def finish() -> None:
            for step in ("testSecret", "finishSecret"):
                world.step(world.single, token, step)

        end_sessions(world)
        application.rest()
        rest = threading.Timer(0.2, finish)
        rest.start()
        assert application.user() == world.user
        rest.join()


@on_each(POOLS, ["mariadb"])
def test_connections_of_a_retired_credential_are_let_go_when_they_are_used(
    world: MySQLWorld, make: Make
) -> None:
    with make(world) as application:
        for _ in range(2):
            application.user()
        before = sessions(world)
        world.rotate(world.dual)
        application.renew()
        for _ in range(3):
            assert application.user() == world.user
        assert before - sessions(world)


@on_each(POOLS, ["mysql"])
def test_a_pool_survives_a_restart_of_its_connections(world: MySQLWorld, make: Make) -> None:
    with make(world) as application:
        application.user()
        end_sessions(world)
        application.rest()
        for _ in range(3):
            assert application.user() == world.user


def test_a_password_of_any_characters_logs_in(world: MySQLWorld) -> None:
    password = "Pässwörd-€-'\"\\%s-1"
    give(world, password)
    put(world, password=password)
    for make in CONNECTIONS.values():
        with make(world) as application:
            assert application.user() == world.user


def test_a_server_that_is_not_trusted_is_refused(
    world: MySQLWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although the machine trusts it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(world.server.ca))
    monkeypatch.delenv("RDS_CA_BUNDLE")
    for make in CONNECTIONS.values():
        with pytest.raises(Exception, match=r".") as caught, make(world) as application:
            application.user()
        assert "certificate" in told(caught.value)


def told(error: BaseException | None) -> str:
    """What it says, and what came before it: aiomysql says little itself."""
    return f"{error} {told(error.__cause__)}".lower() if error else ""


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """One that is trusted."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("RDS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    return authority


@contextmanager
def at(behaviour: Behaviour, make: Make) -> Iterator[tuple[Any, Application]]:
    """An application whose secret names an impostor."""
    with impostor(behaviour) as server:
        place = Place(server.port)
        with make(place) as application:
            yield server, application


class Place:
    """A secret that names a port of this machine."""

    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:p-AbCdEf"

    def __init__(self, port: int) -> None:
        login = {"username": "the_reader", "password": "the-Password-of-nobody"}
        self.secrets = SecretsManager()
        self.secrets.create(self.arn, {**login, "host": "localhost", "port": port})


@on_every_driver
def test_a_certificate_of_another_name_is_refused(authority: trustme.CA, make: Make) -> None:
    context = certificate(authority, "elsewhere.example.com")
    with at(answering(context), make) as (server, application):
        with pytest.raises(Exception, match=r".") as caught:
            application.user()
        assert "certificate" in told(caught.value)
        assert not server.received, "nothing but the question for TLS"


@on_every_driver
def test_a_server_without_tls_is_sent_no_login(authority: trustme.CA, make: Make) -> None:
    with at(without_tls, make) as (server, application):
        with pytest.raises(Exception, match=r"(?i)ssl|tls|lost connection"):
            application.user()
        assert b"the_reader" not in server.received
        assert b"the-Password" not in server.received


@on_every_driver
def test_what_a_server_answers_to_a_login_is_told_apart_by_its_number(
    authority: trustme.CA, make: Make
) -> None:
    """The whole list: a real server can be brought to say a part of it only."""
    context = certificate(authority, "localhost")
    answers = {answer: refused for answer, refused in NUMBERS.items() if answer // 1000 != 2}
    told = []

    def behaviour(server: Impostor, connection: socket.socket) -> None:
        answering(context, err_packet(number, "as servers say it"))(server, connection)

    with at(behaviour, make) as (_, application):
        application.read()
        application.secret._patience_seconds = 0.01
        for number in answers:
            with pytest.raises(Exception, match="as servers say it") as caught:
                application.user()
            told.append((number, is_refusal(caught.value)))
    assert dict(told) == answers


@on_every_driver
@pytest.mark.parametrize("number", [1040, 1129, 1130])
def test_a_server_that_refuses_before_the_login_is_no_refusal(make: Make, number: int) -> None:
    with at(refusing_at_once(number, "as servers say it"), make) as (_, application):
        with pytest.raises(Exception, match="as servers say it") as caught:
            application.user()
        assert not is_refusal(caught.value)


Situation = Callable[[MySQLWorld], str | None]
"""Brings a login about that is refused; returns what sets the server back, if anything does."""


def wrong(world: MySQLWorld) -> None:
    put(world, password="a-Password-of-nobody")


def gone(world: MySQLWorld) -> None:
    world.run(f"DROP USER {world.user}")


def locked(world: MySQLWorld) -> None:
    world.run(f"ALTER USER {world.user} ACCOUNT LOCK")


def expired(world: MySQLWorld) -> str | None:
    """Where that ends the login: MariaDB may let it in and refuse all statements but one."""
    world.run(f"ALTER USER {world.user} PASSWORD EXPIRE")
    if not world.mariadb:
        return None
    world.run("SET GLOBAL disconnect_on_expired_password = ON")
    return "SET GLOBAL disconnect_on_expired_password = DEFAULT"


def blocked(world: MySQLWorld) -> str | None:
    """After a login that failed."""
    undo = None
    if not world.mariadb:
        world.run(f"ALTER USER {world.user} FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1")
    else:
        world.run("SET GLOBAL max_password_errors = 1")
        undo = "SET GLOBAL max_password_errors = DEFAULT"
    with pytest.raises(pymysql.OperationalError, match=r"denied|blocked"):
        world.server.connect(world.user, "a-Password-of-nobody")
    return undo


def without_password(world: MySQLWorld) -> None:
    """A user of the server's own machine, who comes over the network."""
    world.run(f"ALTER USER {world.user} IDENTIFIED VIA unix_socket")


def no_right_to_the_database(world: MySQLWorld) -> None:
    put(world, dbname="mysql")


def no_such_database(world: MySQLWorld) -> None:
    world.run(f"GRANT SELECT ON missing.* TO {world.user}")
    put(world, dbname="missing")


def share_used_up(world: MySQLWorld) -> None:
    world.run(f"ALTER USER {world.user} WITH MAX_CONNECTIONS_PER_HOUR 1")
    world.server.connect(world.user, world.document()["password"]).close()


SITUATIONS: dict[Situation, tuple[set[int], bool]] = {
    wrong: ({1045}, True),
    gone: ({1045}, True),
    locked: ({3118, 4151}, True),
    expired: ({1862}, True),
    blocked: ({3955, 4150}, True),
    no_right_to_the_database: ({1044}, False),
    no_such_database: ({1049}, False),
    share_used_up: ({1226}, False),
}
"""With which numbers a server refuses then, and whether another version may be spared that."""


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.__name__)
def test_a_login_that_a_server_refuses_is_told_by_its_number(
    world: MySQLWorld, situation: Situation
) -> None:
    numbers, refused = SITUATIONS[situation]
    for error in refusals(world, situation):
        assert set(codes(error)) & numbers
        assert is_refusal(error) is refused
        assert any("was still refused" in note for note in notes(error)) is refused


def test_so_is_one_of_a_user_who_has_no_password(
    mariadb: MariaDBServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RDS_CA_BUNDLE", str(mariadb.ca))
    world = MySQLWorld(mariadb)
    world.create_first_user()
    for error in refusals(world, without_password):
        assert set(codes(error)) == {1698}
        assert is_refusal(error)


def refusals(world: MySQLWorld, situation: Situation) -> list[BaseException]:
    """What a login ends in, with each driver."""
    undo = situation(world)
    found = [refusal(world, make) for make in CONNECTIONS.values()]
    if undo:
        world.run(undo)
    return found


def refusal(world: MySQLWorld, make: Make) -> BaseException:
    with make(world) as application:
        application.read()
        application.secret._patience_seconds = 0.1
        with pytest.raises(Exception, match=r".") as caught:
            application.user()
    return caught.value


def notes(error: BaseException) -> list[str]:
    return getattr(error, "__notes__", [])


@on_each(CONNECTIONS, ["mariadb"])
def test_a_user_that_is_locked_is_left_for_the_one_that_the_secret_names_by_now(
    world: MySQLWorld, make: Make
) -> None:
    with make(world) as application:
        assert application.user() == world.user
        world.rotate(world.alternating)
        locked(world)
        assert application.user() == world.clone


OPENED_AGAIN: dict[str, Callable[[Any], object]] = {
    "pymysql": lambda connection: connection.ping(reconnect=True),
    "mysql_connector": lambda connection: connection.reconnect(),
}


@pytest.mark.filterwarnings("ignore:The 'reconnect' argument:DeprecationWarning")
@pytest.mark.parametrize("name", OPENED_AGAIN)
def test_a_connection_that_is_opened_again_takes_the_credential_of_then(
    world: MySQLWorld, name: str
) -> None:
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    with closing(adapter(name).connect(secret)) as connection:
        world.rotate(world.single)
        end_sessions(world)
        OPENED_AGAIN[name](connection)
        assert asked(connection.cursor()) == world.user
        assert not is_retired(connection, secret)


@pytest.mark.parametrize("name", ["aiomysql", "asyncmy"])
def test_so_does_one_of_a_coroutine(world: MySQLWorld, name: str) -> None:
    async def main() -> None:
        secret = AsyncRotatedSecret(world.arn, client=cast("Any", world.secrets))
        async with await adapter(name).connect(secret) as connection:
            await connection.autocommit(True)  # noqa: FBT003  # as the drivers have it
            world.rotate(world.single)
            end_sessions(world)
            await asyncio.sleep(0.05)
            await connection.ping()
            assert await asked_async(connection) == world.user
            assert connection.get_autocommit()
            assert not is_retired(connection, secret)
        await asyncio.sleep(0.1)  # what was closed is closed by the event loop

    asyncio.run(main())


@pytest.mark.parametrize("name", ["aiomysql", "asyncmy"])
def test_a_pool_in_which_all_wait_lets_a_retired_one_go_as_well(
    world: MySQLWorld, name: str
) -> None:
    """Each connection that is brought back goes to the next one who waits for it."""

    async def main() -> None:
        secret = AsyncRotatedSecret(world.arn, client=cast("Any", world.secrets))
        async with adapter(name).create_pool(secret, minsize=1, maxsize=1) as pool:
            async with asyncio.timeout(60), pool.acquire() as connection:
                waiting = asyncio.ensure_future(work(pool))
                await asyncio.sleep(0.05)
                world.rotate(world.alternating)
                await asyncio.sleep(AGAIN_SECONDS)
                await secret.refresh(await secret.credential())
                assert await asked_async(connection) == world.user
            assert await waiting == world.clone
        await asyncio.sleep(0.1)  # what was closed is closed by the event loop

    async def work(pool: Any) -> str:
        async with pool.acquire() as connection:
            return await asked_async(connection)

    asyncio.run(main())


@pytest.mark.parametrize("name", ["pymysql", "mysql_connector"])
def test_a_connection_keeps_no_password(world: MySQLWorld, name: str) -> None:
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    with closing(adapter(name).connect(secret)) as connection:
        assert not holds(connection, world.document()["password"])


def holds(connection: object, password: str) -> list[str]:
    """Where it is."""
    return [where for where, text in texts("connection", connection) if password in text]


@pytest.mark.parametrize("name", ["aiomysql", "asyncmy"])
def test_nor_does_one_of_a_coroutine(world: MySQLWorld, name: str) -> None:
    async def main() -> None:
        secret = AsyncRotatedSecret(world.arn, client=cast("Any", world.secrets))
        async with await adapter(name).connect(secret) as connection:
            assert not holds(connection, world.document()["password"])
        await asyncio.sleep(0.1)

    asyncio.run(main())


def test_a_pool_of_mysql_connector_hands_out_no_more_than_it_has(world: MySQLWorld) -> None:
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    pool = adapter("mysql_connector").ConnectionPool(secret, pool_size=1, **PURE)
    with closing(pool.get_connection()), pytest.raises(PoolError, match="exhausted"):
        pool.get_connection()
    world.rotate(world.alternating)
    give(world, "a-Password-of-nobody")
    time.sleep(AGAIN_SECONDS)
    secret.refresh(secret.credential())
    secret._patience_seconds = 0.1
    for _ in range(2):
        with pytest.raises(ProgrammingError, match="Access denied"):
            pool.get_connection()
    give(world, world.document()["password"])
    with closing(pool.get_connection()) as connection:
        assert asked(connection.cursor()) == world.clone


def test_the_place_may_be_another_than_the_secrets(world: MySQLWorld) -> None:
    """As of a secret that RDS manages: it has user and password alone."""
    here = {name: world.document()[name] for name in ("username", "password")}
    world.secrets.put(world.arn, "AWSCURRENT", here)
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    place: dict[str, Any] = {"host": world.server.host, "port": world.server.port}
    for name in ("pymysql", "mysql_connector"):
        with closing(adapter(name).connect(secret, **place)) as connection:
            assert asked(connection.cursor()) == world.user
    engine = create_engine(
        secret, f"mysql+pymysql://{place['host']}:{place['port']}/{world.dbname}"
    )
    with engine.connect() as connection:
        assert connection.scalar(sqlalchemy.text("SELECT DATABASE()")) == world.dbname
    engine.dispose()


@pytest.mark.parametrize("name", ["pymysql", "mysql_connector"])
@pytest.mark.parametrize("option", ["db", "database"])
def test_the_database_wins_by_each_of_its_names(world: MySQLWorld, name: str, option: str) -> None:
    put(world, dbname="missing")
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    with closing(adapter(name).connect(secret, **{option: world.dbname})) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT DATABASE()")
        assert first(cursor.fetchone()) == world.dbname
        cursor.close()


@pytest.mark.parametrize("name", ["mysqlclient", "compiled"])
def test_each_driver_is_there(name: str) -> None:
    """Or its tests are left out above, for the reason that this one gives."""
    if name in MISSING:
        pytest.skip(MISSING[name])
    assert any(name in each for each in APPLICATIONS)


def test_a_plugin_that_the_client_lacks_is_no_refusal() -> None:
    """Another version would not bring it, and MariaDB's C library tells of it with 1045."""
    words = "Plugin caching_sha2_password could not be loaded: /usr/lib/plugin: not found"
    assert not is_refusal(pymysql.OperationalError(1045, words))
    assert is_refusal(pymysql.OperationalError(1045, "Access denied for user 'a'@'b'"))


def test_a_connection_tells_with_which_version_it_logged_in(world: MySQLWorld) -> None:
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    with closing(adapter("pymysql").connect(secret)) as connection:
        assert version_of(connection) == secret.credential().version_id
