"""No server but the right one is sent anything, and none keeps a function waiting."""

from pathlib import Path

import pytest
import trustme

from fakes.mysql import MySQLWorld
from fakes.mysql_packets import SSL_REQUEST_BYTES
from rotation.deadline import RESERVE_SECONDS
from rotation.errors import (
    CredentialRefusedError,
    RotationError,
    TargetError,
    UnreachableError,
    UntrustedServerError,
)
from tests.database.impostors import set_secret_at, trusted_authority
from tests.mysql_user import impostor as impostors
from tests.mysql_user.impostor import Behaviour, asking, switch_to
from tests.postgres_user.impostor import certificate, impostor, open_sockets


@pytest.fixture
def world(on_mariadb: MySQLWorld) -> MySQLWorld:
    """Which product it is does not matter: the server is an impostor."""
    return on_mariadb


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, world: MySQLWorld, tmp_path: Path) -> trustme.CA:
    """An authority that the functions trust in this test."""
    del world
    return trusted_authority(monkeypatch, tmp_path)


def test_a_server_without_tls_is_sent_nothing(world: MySQLWorld) -> None:
    with impostor(impostors.without_tls) as server:
        with pytest.raises(UntrustedServerError, match="does not speak TLS"):
            set_secret_at(world, "localhost", server.port)
        assert server.received == b""


def test_a_server_of_an_unknown_authority_is_sent_nothing(world: MySQLWorld) -> None:
    with impostor(asking(certificate(trustme.CA(), "localhost"))) as server:
        with pytest.raises(UntrustedServerError, match="unable to get local issuer"):
            set_secret_at(world, "localhost", server.port)
        assert len(server.received) == SSL_REQUEST_BYTES


def test_a_server_with_another_host_name_is_sent_nothing(
    world: MySQLWorld, authority: trustme.CA
) -> None:
    with impostor(asking(certificate(authority, "other"))) as server:
        with pytest.raises(UntrustedServerError, match="Hostname mismatch"):
            set_secret_at(world, "localhost", server.port)
        assert len(server.received) == SSL_REQUEST_BYTES


@pytest.mark.parametrize(
    "plugin",
    [
        "mysql_clear_password",
        "mysql_old_password",
        "dialog",
        "sha256_password",
        "\u00e4",
        "x" * 300,
    ],
)
def test_a_server_that_asks_for_the_password_in_another_way_is_not_given_it(
    world: MySQLWorld, authority: trustme.CA, plugin: str
) -> None:
    context = certificate(authority, "localhost")
    with impostor(asking(context, switch_to(plugin.encode()), impostors.OK)) as server:
        with pytest.raises(CredentialRefusedError, match="wants a proof by"):
            set_secret_at(world, "localhost", server.port)
        assert world.document()["password"].encode() not in server.received


@pytest.mark.parametrize("plugin", [b"sha256_password", b"mysql_clear_password", b""])
def test_nor_is_one_that_asks_so_from_the_beginning(
    world: MySQLWorld, authority: trustme.CA, plugin: bytes
) -> None:
    """The driver would send the password with its first packet."""
    context = certificate(authority, "localhost")
    with impostor(asking(context, impostors.OK, plugin=plugin)) as server:
        with pytest.raises(RotationError):
            set_secret_at(world, "localhost", server.port)
        assert world.document()["password"].encode() not in server.received


def test_a_server_that_offers_a_key_of_its_own_gets_nothing_encrypted_for_it(
    world: MySQLWorld, authority: trustme.CA
) -> None:
    context = certificate(authority, "localhost")
    with impostor(asking(context, b"\x01\x04", impostors.PUBLIC_KEY)) as server:
        with pytest.raises(UnreachableError):
            set_secret_at(world, "localhost", server.port)
        # Within verified TLS the password itself is what the way asks for, and no key.
        assert world.document()["password"].encode() + b"\0" in server.received
        assert b"\x01\0\0\x03\x02" not in server.received


def test_a_server_that_asks_for_a_file_gets_none(
    world: MySQLWorld, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mysql_user.connection.WAIT_SECONDS", 0.5)
    context = certificate(authority, "localhost")
    with impostor(asking(context, impostors.OK, impostors.LOCAL_FILE)) as server:
        with pytest.raises(UnreachableError):
            set_secret_at(world, "localhost", server.port)
        assert b"root:" not in server.received


def test_only_the_authorities_of_rds_are_trusted_by_default(
    world: MySQLWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RDS_CA_BUNDLE")
    token = world.until(world.single, "setSecret")
    with pytest.raises(UntrustedServerError):
        world.step(world.single, token, "setSecret")


@pytest.mark.parametrize(
    "behaviour",
    [
        impostors.silent,
        impostors.silent_after_greeting,
        impostors.dripping,
        impostors.garbling,
        impostors.hanging_up,
        impostors.blocking,
    ],
)
def test_a_server_that_makes_no_sense_ends_in_an_error(
    world: MySQLWorld, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    monkeypatch.setattr("mysql_user.connection.WAIT_SECONDS", 0.3)
    before = open_sockets()
    with impostor(behaviour) as server, pytest.raises(TargetError) as caught:
        set_secret_at(world, "localhost", server.port)
    assert caught.value.__cause__ is not None
    assert open_sockets() <= before


@pytest.mark.parametrize(
    "behaviour", [impostors.silent, impostors.silent_after_greeting, impostors.dripping]
)
def test_a_server_that_keeps_a_connection_open_is_left_at_the_deadline(
    world: MySQLWorld, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    """The driver's own time-out ends neither the wait for a greeting nor that for TLS."""
    monkeypatch.setattr("mysql_user.connection.WAIT_SECONDS", 60)
    world.context.milliseconds = int(1000 * (RESERVE_SECONDS + 0.5))
    with impostor(behaviour) as server, pytest.raises(UnreachableError):
        set_secret_at(world, "localhost", server.port)


def test_a_host_that_is_blocked_is_told_how_to_be_let_in(world: MySQLWorld) -> None:
    with impostor(impostors.blocking) as server:
        with pytest.raises(UnreachableError, match="is blocked") as caught:
            set_secret_at(world, "localhost", server.port)
        assert "host_cache" in caught.value.remedy
        assert caught.value.retry_helps


def test_nothing_listens(world: MySQLWorld) -> None:
    with pytest.raises(UnreachableError, match="ConnectionRefusedError") as caught:
        set_secret_at(world, "localhost", 1)
    assert caught.value.retry_helps


def test_a_host_that_does_not_exist(world: MySQLWorld) -> None:
    with pytest.raises(UnreachableError, match="gaierror"):
        set_secret_at(world, "no-such-host.invalid", 3306)
