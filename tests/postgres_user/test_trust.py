from pathlib import Path

import pytest
import trustme

from fakes.postgres import PostgresWorld
from rotation.deadline import RESERVE_SECONDS
from rotation.errors import (
    BadSettingsError,
    CredentialRefusedError,
    TargetError,
    UnreachableError,
    UntrustedServerError,
)
from tests.database.impostors import set_secret_at, trusted_authority
from tests.postgres_user import impostor as impostors
from tests.postgres_user.impostor import (
    SSL_REQUEST,
    Behaviour,
    certificate,
    going_away,
    gone_before_goodbye,
    impostor,
    open_sockets,
)


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, world: PostgresWorld, tmp_path: Path) -> trustme.CA:
    """An authority that the functions trust in this test."""
    del world
    return trusted_authority(monkeypatch, tmp_path)


def test_a_server_without_tls_is_sent_nothing(world: PostgresWorld) -> None:
    with impostor(impostors.without_tls) as server:
        with pytest.raises(UntrustedServerError, match="does not speak TLS"):
            set_secret_at(world, "localhost", server.port)
        assert server.received == SSL_REQUEST


def test_a_server_of_an_unknown_authority_is_sent_nothing(world: PostgresWorld) -> None:
    with impostor(impostors.with_certificate(certificate(trustme.CA(), "localhost"))) as server:
        with pytest.raises(UntrustedServerError, match="unable to get local issuer"):
            set_secret_at(world, "localhost", server.port)
        assert server.received == SSL_REQUEST


def test_a_server_with_another_host_name_is_sent_nothing(
    world: PostgresWorld, authority: trustme.CA
) -> None:
    with impostor(impostors.with_certificate(certificate(authority, "other"))) as server:
        with pytest.raises(UntrustedServerError, match="Hostname mismatch"):
            set_secret_at(world, "localhost", server.port)
        assert server.received == SSL_REQUEST


def test_the_impostor_would_get_the_password_if_it_were_trusted(
    world: PostgresWorld, authority: trustme.CA
) -> None:
    """Shows that the tests above would see a leak."""
    with impostor(impostors.with_certificate(certificate(authority, "localhost"))) as server:
        with pytest.raises(UnreachableError):
            set_secret_at(world, "localhost", server.port)
        assert world.document()["password"].encode() in server.received


def test_only_the_authorities_of_rds_are_trusted_by_default(
    world: PostgresWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RDS_CA_BUNDLE")
    token = world.until(world.single, "setSecret")
    with pytest.raises(UntrustedServerError):
        world.step(world.single, token, "setSecret")


def test_authorities_that_can_not_be_read_end_in_an_error(
    world: PostgresWorld, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty.pem").touch()
    for bundle in (tmp_path / "missing.pem", tmp_path / "empty.pem"):
        monkeypatch.setenv("RDS_CA_BUNDLE", str(bundle))
        token = world.until(world.single, "setSecret")
        with pytest.raises(BadSettingsError, match="RDS_CA_BUNDLE"):
            world.step(world.single, token, "setSecret")


@pytest.mark.parametrize(
    "behaviour",
    [impostors.silent, impostors.silent_after_tls, impostors.garbling, impostors.hanging_up],
)
def test_a_server_that_makes_no_sense_ends_in_an_error(
    world: PostgresWorld, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    monkeypatch.setattr("postgres_user.connection.WAIT_SECONDS", 0.2)
    with impostor(behaviour) as server, pytest.raises(TargetError) as caught:
        set_secret_at(world, "localhost", server.port)
    assert caught.value.__cause__ is not None


def test_a_server_that_goes_away_leaves_no_socket_open(
    world: PostgresWorld, authority: trustme.CA
) -> None:
    before = open_sockets()
    with impostor(going_away(certificate(authority, "localhost"))) as server:
        with pytest.raises(UnreachableError) as caught:
            set_secret_at(world, "localhost", server.port)
        assert open_sockets() <= before
    assert caught.value.__cause__ is not None


def test_a_server_that_goes_away_after_a_refusal_is_told_by_its_refusal(
    world: PostgresWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.run("ALTER ROLE {} NOLOGIN", world.admin)
    gone_before_goodbye(monkeypatch)
    before = open_sockets()
    with pytest.raises(CredentialRefusedError) as caught:
        world.create_first_user()
    assert open_sockets() <= before
    assert caught.value.__cause__ is not None


def test_a_server_that_keeps_a_connection_open_is_left_at_the_deadline(
    world: PostgresWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postgres_user.connection.WAIT_SECONDS", 60)
    world.context.milliseconds = int(1000 * (RESERVE_SECONDS + 0.3))
    with impostor(impostors.silent) as server, pytest.raises(UnreachableError):
        set_secret_at(world, "localhost", server.port)


def test_nothing_listens(world: PostgresWorld) -> None:
    with pytest.raises(UnreachableError, match="ConnectionRefusedError") as caught:
        set_secret_at(world, "localhost", 1)
    assert caught.value.retry_helps


def test_a_host_that_does_not_exist(world: PostgresWorld) -> None:
    with pytest.raises(UnreachableError, match="gaierror"):
        set_secret_at(world, "no-such-host.invalid", 5432)
