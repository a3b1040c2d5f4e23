"""The first look at a database that exists tells what is wrong; the remedy helps."""

import contextlib
import datetime as dt
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import trustme

from database.check import DatabaseCheck
from fakes.postgres import PostgresWorld
from local.postgres import PostgresServer
from postgres_user.postgres import Postgres
from postgres_user.probe import PostgresProbe
from rotation.deadline import Deadline
from rotation.errors import (
    BadSecretError,
    CredentialRefusedError,
    UnequalTwinsError,
    UnreachableError,
    UnsuitableError,
    UntrustedServerError,
)
from rotation.rotating_secret import RotatingSecret
from tests.database import existing as of_any_product
from tests.postgres_user import impostor as impostors
from tests.postgres_user.conftest import brought
from tests.postgres_user.impostor import Behaviour, Impostor, certificate, impostor
from tests.postgres_user.test_remedies import small, small_world  # noqa: F401  # fixtures


class Existing(of_any_product.Existing):
    """One of this product."""

    def __init__(self, world: PostgresWorld) -> None:
        super().__init__(world, PostgresProbe(), engine="postgres")
        self.world = world


@pytest.fixture
def existing(any_world: PostgresWorld) -> Existing:
    return Existing(any_world)


@pytest.fixture
def new(world: PostgresWorld) -> Existing:
    return Existing(world)


def test_what_is_as_it_should_be_is_found_so_and_nothing_is_written(existing: Existing) -> None:
    log = existing.world.server.log
    since = log.stat().st_size
    calls = existing.world.secrets.calls
    before = len(calls)
    assert existing.check() == existing.world.admin
    assert calls[before:] == ["get_secret_value"]
    lines = log.read_bytes()[since:].decode().splitlines()
    statements = [line.split("statement: ")[1] for line in lines if "statement: " in line]
    assert statements
    assert [text for text in statements if not re.match(r"SELECT|SET |DISCARD", text)] == []
    assert set(existing.world.secrets.calls) == {"get_secret_value"}


def test_a_full_secret_needs_no_other_settings(existing: Existing) -> None:
    existing.secret(existing.world.login(existing.world.admin, "the-Admins-own-1"))
    assert existing.check(Engine="", Host="", Port="", Dbname="") == existing.world.admin


def test_the_database_is_the_one_of_the_settings(existing: Existing) -> None:
    login = existing.world.login(existing.world.admin, "the-Admins-own-1")
    existing.secret({**login, "dbname": "another"})
    assert existing.check() == existing.world.admin


def test_it_knows_nothing_of_cloudformation(world: PostgresWorld) -> None:
    """A command may run it as well."""
    admin = Postgres.credential(
        RotatingSecret(cast("Any", world.secrets), world.admin_arn, Deadline(10)).current().text,
        "the secret",
    )
    check = DatabaseCheck(PostgresProbe())
    assert check.run(lambda: admin, alternating=True, deadline=Deadline(10)) == admin


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b"])
def test_a_name_without_an_address(new: Existing, host: str) -> None:
    new.fails(UnreachableError, "has no address", "Correct existing.host", Host=host)
    new.check()


def test_a_resolver_that_does_not_answer(new: Existing, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr("database.check.RESOLVE_SECONDS", 0.1)
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", lambda *_, **__: [over.wait(60)][:0])
        new.fails(UnreachableError, "resolver does not answer", "See the DHCP options")
    over.set()


@contextlib.contextmanager
def dropping() -> Iterator[int]:
    """A port from which nothing comes back, as behind a security group: its queue is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_packets_that_are_dropped(new: Existing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("database.check.REACH_SECONDS", 0.3)
    remedy = "existing.security_group_id names it and existing.manage_ingress is on"
    with dropping() as port:
        new.fails(UnreachableError, "Nothing comes back", remedy, Port=port)
    new.check()


def test_a_port_at_which_nothing_listens(new: Existing) -> None:
    new.fails(UnreachableError, "refuses the connection", "Correct existing.port", Port=1)
    new.check()


def test_a_network_without_a_route(new: Existing, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object) -> None:
        raise OSError(113, "No route to host")

    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "connect", unreachable)
        new.fails(UnreachableError, "No route to host", "Make a route")
    new.check()


def test_an_address_that_does_not_answer_is_not_the_last_one(
    new: Existing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name may have several; one that answers is enough."""
    real = socket.getaddrinfo

    def both(host: str, port: int, *which: Any, **how: Any) -> object:
        return [*real("127.0.0.1", 1, *which, **how), *real(host, port, *which, **how)]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    new.check()


def talking(text: bytes) -> Behaviour:
    """Another product, which speaks first."""

    def behaviour(server: Impostor, connection: socket.socket) -> None:
        connection.sendall(text)
        server.read(connection)

    return behaviour


@pytest.mark.parametrize(
    "behaviour",
    [
        impostors.silent,
        impostors.garbling,
        impostors.hanging_up,
        talking(b"J\0\0\0\x0a8.0.36\0"),
        talking(b"SSH-2.0-OpenSSH_9.6\r\n"),
    ],
)
def test_something_else_than_postgresql(
    new: Existing, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    with monkeypatch.context() as patch, impostor(behaviour) as server:
        patch.setattr("database.check.ANSWER_SECONDS", 0.3)
        new.fails(UnreachableError, "not as PostgreSQL does", "existing.engine", Port=server.port)
    new.check()


def test_a_server_without_tls(small_world: PostgresWorld) -> None:  # noqa: F811
    existing, server = Existing(small_world), small_world.server
    configuration = next(server.ca.parent.glob("server/data")) / "postgresql.auto.conf"
    before = configuration.read_text()
    with small_world.as_superuser() as connection:
        connection.execute("ALTER SYSTEM SET ssl = off")
        connection.execute("SELECT pg_reload_conf()")
    existing.fails(UntrustedServerError, "offers no TLS", "Turn on TLS at the server")
    configuration.write_text(before)
    os.kill(server.pid, signal.SIGHUP)
    existing.check()


def test_a_server_without_tls_is_sent_no_password(new: Existing) -> None:
    with impostor(impostors.without_tls) as server:
        new.fails(UntrustedServerError, "offers no TLS", "Turn on TLS", Port=server.port)
        assert server.received == impostors.SSL_REQUEST


def test_an_authority_that_is_not_trusted(new: Existing, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.delenv("RDS_CA_BUNDLE")
        new.fails(UntrustedServerError, "not signed by an authority", "Let existing.ca be")
    new.check()


@pytest.fixture
def authority(new: Existing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """Trusted besides the server's own."""
    authority = trustme.CA()
    both = new.world.server.ca.read_bytes() + authority.cert_pem.bytes()
    (tmp_path / "ca.pem").write_bytes(both)
    monkeypatch.setenv("RDS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    return authority


def test_a_certificate_for_another_name(new: Existing, authority: trustme.CA) -> None:
    behaviour = impostors.with_certificate(certificate(authority, "db.internal"))
    with impostor(behaviour) as server:
        new.fails(
            UntrustedServerError,
            "is not for the name localhost",
            "Let existing.host be the name in the certificate",
            Port=server.port,
        )
        assert b"the-Admins-own-1" not in server.received
    new.check()


def test_a_certificate_of_yesterday(new: Existing, authority: trustme.CA) -> None:
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    context = certificate(authority, "localhost")
    authority.issue_cert("localhost", not_before=past, not_after=past).configure_cert(context)
    with impostor(impostors.with_certificate(context)) as server:
        new.fails(UntrustedServerError, "not valid today", "a new certificate", Port=server.port)
    new.check()


def test_a_server_that_goes_away_in_the_handshake(new: Existing, authority: trustme.CA) -> None:
    del authority

    def behaviour(server: Impostor, connection: socket.socket) -> None:
        server.read(connection)
        connection.sendall(b"S")
        server.read(connection)

    with impostor(behaviour) as server:
        new.fails(UntrustedServerError, "could not begin", "TLS 1.2", Port=server.port)
    new.check()


def test_a_wrong_password_of_the_admin(existing: Existing) -> None:
    right = existing.world.secrets.document(existing.world.admin_arn)
    for wrong in ({**right, "password": "wrong"}, {**right, "username": "nobody"}):
        existing.secret(wrong)
        existing.fails(
            CredentialRefusedError, "28P01", "existing.admin_secret_arn hold the admin's real"
        )
    existing.secret(right)
    existing.check()


def test_a_password_that_rds_changes_meanwhile_is_read_again(existing: Existing) -> None:
    right = existing.world.secrets.document(existing.world.admin_arn)
    existing.secret({**right, "password": "not-any-more"})
    reads = iter(range(10))

    def rotate(call: str) -> None:
        if call == "get_secret_value" and next(reads) == 1:
            existing.secret(right)

    existing.world.secrets.before = rotate
    assert existing.check() == existing.world.admin


def test_an_admin_that_may_not_log_in_at_all(existing: Existing) -> None:
    world = existing.world
    world.run("ALTER ROLE {} NOLOGIN", world.admin)
    existing.fails(CredentialRefusedError, "not permitted to log in", "LOGIN")
    world.run("ALTER ROLE {} LOGIN", world.admin)
    existing.check()


@pytest.mark.parametrize("created", [True, False])
def test_a_database_that_does_not_exist(existing: Existing, *, created: bool) -> None:
    name = f"missing_{existing.world.number}"
    existing.fails(UnsuitableError, "does not exist", "Correct existing.dbname", Dbname=name)
    if created:
        existing.world.server.create_database(name, existing.world.admin)
        existing.check(Dbname=name)
    existing.check()


def test_a_database_that_the_admin_may_not_connect_to(existing: Existing) -> None:
    world, name = existing.world, f"closed_{existing.world.number}"
    world.server.create_database(name, world.server.superuser)
    world.run("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", name)
    with pytest.raises(UnsuitableError, match="permission denied for database") as caught:
        existing.check(Dbname=name)
    world.run(caught.value.remedy.removeprefix("Run as the database's owner: "))
    existing.check(Dbname=name)


def test_an_admin_that_is_none(existing: Existing) -> None:
    world = existing.world
    world.run("ALTER ROLE {} NOCREATEROLE", world.admin)
    with pytest.raises(UnsuitableError, match="may not create roles") as caught:
        existing.check()
    assert caught.value.remedy.startswith("Let existing.admin_secret_arn name an admin's secret")
    world.run(caught.value.remedy.partition("as one who may: ")[2])
    existing.check()


def test_a_standby(small_world: PostgresWorld) -> None:  # noqa: F811
    existing = Existing(small_world)
    data = next(small_world.server.ca.parent.glob("server/data"))
    (data / "standby.signal").touch()
    small_world.server.restart()
    existing.fails(UnsuitableError, "read-only", "Let existing.host be the writer's address")
    # The standby becomes the writer, which has the same address here.
    with small_world.as_superuser() as connection:
        connection.execute("SELECT pg_promote()")
    existing.check()


@pytest.mark.parametrize("version", ["17.1"])
def test_a_server_that_is_too_old_for_equal_twins(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PostgresServer(binaries=brought(version)) as server:
        monkeypatch.setenv("RDS_CA_BUNDLE", str(server.ca))
        existing = Existing(PostgresWorld(server))
        existing.fails(UnequalTwinsError, r"PostgreSQL 17\.1", "or rotate a single user")
        existing.check(Alternating="false")


@pytest.mark.parametrize(("name", "value"), [("host", "elsewhere.invalid"), ("port", 1)])
def test_a_secret_of_another_server(existing: Existing, name: str, value: object) -> None:
    login = existing.world.login(existing.world.admin, "the-Admins-own-1")
    existing.secret({**login, name: value})
    existing.fails(BadSecretError, f"is for the {name} {value}", "all name one server")
    existing.secret(login)
    existing.check()


@pytest.mark.parametrize(
    "content", ["no JSON", [], {"username": "a"}, {"password": "the-Admins-own-1"}]
)
def test_a_secret_that_can_not_be_used(new: Existing, content: object) -> None:
    right = new.world.secrets.document(new.world.admin_arn)
    new.secret(content)
    new.fails(BadSecretError, "existing.admin_secret_arn can't be used", "documented JSON")
    new.secret(right)
    new.check()


@pytest.mark.parametrize(("name", "value"), [("Engine", "oracle"), ("Port", "x"), ("Host", "a b")])
def test_settings_that_can_not_be_used(new: Existing, name: str, value: str) -> None:
    new.fails(BadSecretError, name.lower(), "documented JSON", **{name: value})
    new.check()
