"""Each adapter at a real PostgreSQL, while our own engine rotates."""

import socket
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
import trustme
from pg8000 import exceptions as pg8000_errors
from psycopg import OperationalError

from fakes.postgres import PostgresWorld
from local.postgres import PostgresServer
from rotated_secret import RotatedSecret, is_retired, pg8000, psycopg, sqlalchemy, version_of
from rotated_secret.cache import AGAIN_SECONDS
from rotated_secret.refusals import is_refusal
from tests.postgres_user.impostor import (
    SSL_REQUEST,
    certificate,
    going_away,
    gone_before_goodbye,
    impostor,
    open_sockets,
    without_tls,
)
from tests.rotated_secret.applications import CONNECTIONS, POOLS, Make
from tests.rotated_secret.pooler import refusing

GONE = r"(?i)network error|EOF|closed|reset|lost"

APPLICATIONS = {**CONNECTIONS, **POOLS}

on_every_adapter = pytest.mark.parametrize("make", APPLICATIONS.values(), ids=APPLICATIONS)
on_every_driver = pytest.mark.parametrize("make", CONNECTIONS.values(), ids=CONNECTIONS)
on_every_pool = pytest.mark.parametrize("make", POOLS.values(), ids=POOLS)


@pytest.fixture(autouse=True)
def trusting(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RDS_CA_BUNDLE", str(postgres.ca))


@pytest.fixture
def world(trusting: None, postgres: PostgresServer) -> PostgresWorld:
    world = PostgresWorld(postgres)
    world.create_first_user()
    return world


def sessions(world: PostgresWorld) -> set[str]:
    rows = world.ask("SELECT usename FROM pg_stat_activity WHERE usename LIKE %s", f"{world.user}%")
    return {user for [user] in rows}


def end_sessions(world: PostgresWorld) -> None:
    ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE %s"
    world.ask(ending, f"{world.user}%")


@on_every_adapter
@pytest.mark.parametrize("strategy", ["single", "alternating"])
def test_it_works_after_each_of_several_rotations(
    world: PostgresWorld, make: Make, strategy: str
) -> None:
    handler = getattr(world, strategy)
    with make(world) as application:
        assert application.user() == world.user
        for _ in range(3):
            world.rotate(handler)
            assert application.user() in {world.user, world.clone}


@on_every_adapter
def test_it_gets_in_between_the_change_of_the_password_and_the_move_of_the_label(
    world: PostgresWorld, make: Make
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


@on_every_pool
def test_connections_of_a_retired_credential_are_let_go_when_they_are_used(
    world: PostgresWorld, make: Make
) -> None:
    with make(world) as application:
        for _ in range(2):
            application.user()
        before = sessions(world)
        world.rotate(world.alternating)
        application.renew()
        application.user()
        assert application.user() not in before
        newest = application.secret.newest()
        assert newest is not None
        for _ in range(3):
            assert application.user() == newest.username
        if make is not POOLS["asyncpg pool"]:  # before 0.32 it lets idle ones wait for their turn
            assert sessions(world) == {newest.username}


@on_every_pool
def test_a_pool_survives_a_restart_of_its_connections(world: PostgresWorld, make: Make) -> None:
    with make(world) as application:
        application.user()
        end_sessions(world)
        application.rest()
        for _ in range(3):
            assert application.user() == world.user


@on_every_driver
def test_a_server_that_is_not_trusted_is_refused(
    world: PostgresWorld, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RDS_CA_BUNDLE")
    with (
        pytest.raises(Exception, match="certificate verify failed"),
        make(world) as application,
    ):
        application.user()


@on_every_driver
@pytest.mark.parametrize("kind", ["proxy-abcdefghijkl", "abcdefghijkl"])
def test_amazons_public_authorities_are_trusted_for_names_of_rds_proxy_alone(
    world: PostgresWorld, make: Make, kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    host = f"orders.{kind}.eu-central-1.rds.amazonaws.com"
    public = trustme.CA()
    public.cert_pem.write_to_path(tmp_path / "public.pem")
    monkeypatch.delenv("RDS_CA_BUNDLE")
    monkeypatch.setattr("rotated_secret.tls.PROXY_AUTHORITIES", tmp_path / "public.pem")
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")  # where libpq finds each name
    find = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _, *rest, **more: find("localhost", *rest, **more)
    )
    answer = refusing(certificate(public, host), "28P01", "password authentication failed")
    with impostor(answer) as server:
        there = world.document() | {"host": host, "port": server.port}
        world.secrets.put(world.arn, "AWSCURRENT", there)
        with make(world) as application:
            application.secret._patience_seconds = 0.1
            with pytest.raises(Exception, match="failed") as caught:
                application.user()
    assert is_refusal(caught.value) is (kind != "abcdefghijkl")
    assert ("certificate verify failed" in str(caught.value)) is (kind == "abcdefghijkl")


@on_every_driver
def test_a_server_without_tls_is_sent_nothing(world: PostgresWorld, make: Make) -> None:
    with impostor(without_tls) as server:
        there = world.document() | {"host": "127.0.0.1", "port": server.port}
        world.secrets.put(world.arn, "AWSCURRENT", there)
        with pytest.raises(Exception, match=r"(?i)ssl|tls"), make(world) as application:
            application.user()
        assert server.received == SSL_REQUEST


@on_every_driver
def test_a_server_that_goes_away_is_no_refusal_and_leaves_no_socket_open(
    world: PostgresWorld, make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("RDS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    before = open_sockets()
    with impostor(going_away(certificate(authority, "localhost"))) as server:
        world.secrets.put(world.arn, "AWSCURRENT", world.document() | {"port": server.port})
        with (
            make(world) as application,
            pytest.raises(Exception, match=GONE) as caught,
        ):
            application.user()
        assert not is_refusal(caught.value)
        assert open_sockets() <= before


def test_a_server_that_goes_away_after_a_refusal_is_told_by_its_refusal(
    world: PostgresWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.run("ALTER ROLE {} NOLOGIN", world.user)
    gone_before_goodbye(monkeypatch)
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets), patience_seconds=0.1)
    before = open_sockets()
    with pytest.raises(pg8000_errors.DatabaseError) as caught:
        pg8000.connect(secret)
    assert is_refusal(caught.value)
    assert open_sockets() <= before


def test_a_connection_can_be_closed_when_its_server_is_gone(world: PostgresWorld) -> None:
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    connection = pg8000.connect(secret)
    before = open_sockets()
    end_sessions(world)
    connection._usock.shutdown(socket.SHUT_RDWR)
    connection.close()
    connection.close()
    assert len(before - open_sockets()) == 1


@on_every_driver
@pytest.mark.parametrize(
    ("change", "told"), [("NOLOGIN", "not permitted to log in"), ("PASSWORD NULL", "password")]
)
def test_a_user_that_stays_refused_is_told_with_the_drivers_error(
    world: PostgresWorld, make: Make, change: str, told: str
) -> None:
    world.run(f"ALTER ROLE {{}} {change}", world.user)
    with make(world) as application:
        application.secret._patience_seconds = 0.3
        with pytest.raises(Exception, match=told) as caught:
            application.user()
    assert is_refusal(caught.value)
    assert "was still refused after 0.3 seconds" in caught.value.__notes__[0]


@on_every_driver
@pytest.mark.parametrize("words", ["SASL authentication failed", "password authentication failed"])
def test_a_login_that_pgbouncer_refuses_is_tried_with_a_newer_version(
    world: PostgresWorld, make: Make, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It has another password until it reads its list again."""
    authority = trustme.CA()
    trusted = authority.cert_pem.bytes() + world.server.ca.read_bytes()
    (tmp_path / "ca.pem").write_bytes(trusted)
    monkeypatch.setenv("RDS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    accepted = world.document()
    context = certificate(authority, "localhost")
    with impostor(refusing(context, "08P01", words)) as pooler, make(world) as application:
        world.secrets.put(world.arn, "AWSCURRENT", accepted | {"port": pooler.port})
        application.renew()
        world.secrets.put(world.arn, "AWSCURRENT", accepted)
        assert application.user() == world.user
    assert pooler.received, "it was asked first"


def test_the_error_of_a_refused_login_does_not_carry_the_password(world: PostgresWorld) -> None:
    password = world.document()["password"]
    world.run("ALTER ROLE {} PASSWORD NULL", world.user)
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets), patience_seconds=0.1)
    with pytest.raises(OperationalError) as caught:
        psycopg.connect(secret)
    assert caught.value.pgconn is not None
    assert "FinishedPGconn" in repr(caught.value.pgconn)
    assert password not in repr(caught.value.pgconn)


@pytest.mark.parametrize("driver", ["psycopg", "pg8000"])
def test_an_engine_gives_connections_although_the_secret_changes_faster_than_it_logs_in(
    world: PostgresWorld, monkeypatch: pytest.MonkeyPatch, driver: str
) -> None:
    monkeypatch.setattr("rotated_secret.sqlalchemy.is_retired", lambda *_: True)
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    engine = sqlalchemy.create_engine(secret, f"postgresql+{driver}://")
    for _ in range(3):
        with engine.connect() as connection:
            assert not connection.closed
    engine.dispose()


@on_every_driver
def test_a_database_that_is_not_there_is_no_refusal(world: PostgresWorld, make: Make) -> None:
    world.secrets.put(world.arn, "AWSCURRENT", world.document() | {"dbname": "missing"})
    with make(world) as application, pytest.raises(Exception, match="does not exist") as caught:
        application.user()
    assert not is_refusal(caught.value)


def test_options_win_over_what_the_secret_says(world: PostgresWorld) -> None:
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    with psycopg.connect(secret, dbname="postgres", application_name="it") as connection:
        row = connection.execute("SELECT current_database(), current_setting('application_name')")
        assert row.fetchone() == ("postgres", "it")


@pytest.mark.parametrize("encoding", ["KOI8R", "SJIS", "EUC_TW", "SQL_ASCII", "LATIN1"])
@on_every_driver
def test_a_session_can_say_anything_whatever_encoding_is_set_on_its_user(
    world: PostgresWorld, make: Make, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "a\u0436\u20ac"  # which none of them but UTF8 holds
    world.run(f"ALTER ROLE {{}} SET client_encoding = '{encoding}'", world.user)
    monkeypatch.setattr("tests.rotated_secret.applications.WHO", f"SELECT '{text}'")
    with make(world) as application:
        assert application.user() == text


def test_the_application_may_choose_another_encoding(world: PostgresWorld) -> None:
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    asked = "SELECT current_setting('client_encoding')"
    with psycopg.connect(secret, client_encoding="LATIN1") as connection:
        assert connection.execute(asked).fetchone() == ("LATIN1",)
    chosen = {"client_encoding": "LATIN1"}
    with closing(pg8000.connect(secret, startup_params=chosen)) as connection:
        cursor = connection.cursor()
        cursor.execute(asked)
        assert list(cursor.fetchone()) == ["LATIN1"]


def test_the_time_out_of_a_login_is_not_one_of_queries(
    world: PostgresWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rotated_secret.pg8000.CONNECT_SECONDS", 2)
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    with closing(pg8000.connect(secret)) as connection:
        assert connection._usock.gettimeout() is None


def test_a_connection_tells_with_which_version_it_logged_in(world: PostgresWorld) -> None:
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    with psycopg.connect(secret) as connection:
        assert version_of(connection) == secret.credential().version_id
        assert not is_retired(connection, secret)
        world.rotate(world.alternating)
        time.sleep(AGAIN_SECONDS)
        secret.refresh(secret.credential())
        assert is_retired(connection, secret)
    with world.as_admin() as another:
        assert version_of(another) is None
        assert not is_retired(another, secret)


def test_an_engine_on_a_driver_without_an_adapter_is_refused(world: PostgresWorld) -> None:
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    with pytest.raises(ValueError, match="no adapter for psycopg2"):
        sqlalchemy.create_engine(secret, "postgresql+psycopg2://")
