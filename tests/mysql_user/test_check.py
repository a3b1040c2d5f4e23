"""The first look at a database that exists tells what is wrong; the remedy helps."""

import pytest
import trustme

from fakes.mysql import MySQLWorld, execute
from local.mysql_client import quoted
from mysql_user.probe import MySQLProbe
from rotation.errors import (
    CredentialRefusedError,
    UnreachableError,
    UnsuitableError,
    UntrustedServerError,
)
from tests.database import existing as of_any_product
from tests.mysql_user import impostor as impostors
from tests.postgres_user import impostor as of_postgres
from tests.postgres_user.impostor import certificate, impostor


class Existing(of_any_product.Existing):
    """One of this product."""

    def __init__(self, world: MySQLWorld) -> None:
        super().__init__(world, MySQLProbe(), engine="mariadb" if world.mariadb else "mysql")
        self.world = world
        world.run("CREATE DATABASE {}", world.dbname)


@pytest.fixture
def existing(world: MySQLWorld, monkeypatch: pytest.MonkeyPatch) -> Existing:
    monkeypatch.setattr("database.check.ANSWER_SECONDS", 20)
    return Existing(world)


def test_what_is_as_it_should_be_is_found_so_and_nothing_is_written(existing: Existing) -> None:
    log = existing.world.server.general_log
    since = log.stat().st_size
    assert existing.check() == existing.world.admin
    said = log.read_bytes()[since:].decode(errors="replace")
    statements = [line.split("Query\t")[1] for line in said.splitlines() if "Query\t" in line]
    assert statements
    assert [text for text in statements if not text.startswith(("SELECT", "SET ", "SHOW "))] == []


def test_a_port_at_which_nothing_listens(existing: Existing) -> None:
    existing.fails(UnreachableError, "refuses the connection", "Correct existing.port", Port=1)


@pytest.mark.parametrize("behaviour", [impostors.garbling, of_postgres.without_tls])
def test_something_else_than_mysql(
    existing: Existing, behaviour: impostors.Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.check.ANSWER_SECONDS", 0.3)
    with impostor(behaviour) as server:
        remedy = "or existing.engine"
        existing.fails(UnreachableError, "not as MySQL or MariaDB does", remedy, Port=server.port)


def test_a_server_that_blocks_us_says_so(existing: Existing) -> None:
    with impostor(impostors.blocking) as server:
        existing.fails(UnreachableError, "is blocked", "host_cache", Port=server.port)


def test_a_server_without_tls(existing: Existing) -> None:
    with impostor(impostors.without_tls) as server:
        existing.fails(UntrustedServerError, "offers no TLS", "Turn on TLS", Port=server.port)
        assert server.received == b""


def test_a_certificate_of_an_unknown_authority(existing: Existing) -> None:
    with impostor(impostors.asking(certificate(trustme.CA(), "localhost"))) as server:
        remedy = "Let existing.ca be the PEM file"
        existing.fails(UntrustedServerError, "not signed by", remedy, Port=server.port)


def test_a_wrong_password(existing: Existing) -> None:
    existing.secret({"username": existing.world.admin, "password": "a-guess"})
    remedy = "hold the admin's real user name"
    existing.fails(CredentialRefusedError, "Access denied", remedy)


def test_a_database_that_does_not_exist(existing: Existing) -> None:
    remedy = "Correct existing.dbname, or create the schema"
    existing.fails(UnsuitableError, "Unknown database", remedy, Dbname="nowhere")
    existing.world.run("CREATE DATABASE nowhere")
    try:
        assert existing.check(Dbname="nowhere") == existing.world.admin
    finally:
        existing.world.run("DROP DATABASE nowhere")
    assert existing.check() == existing.world.admin


def test_a_database_that_the_admin_has_no_right_on(existing: Existing) -> None:
    world = existing.world
    weak = f"weak_{world.number}"
    world.run("CREATE USER {}@'%' IDENTIFIED BY 'the-Admins-own-1'", weak)
    world.run("GRANT CREATE USER ON *.* TO {}@'%'", weak)
    existing.secret({"username": weak, "password": "the-Admins-own-1"})
    remedy = f"Grant {weak} a right on the schema {world.dbname}, or correct existing.dbname"
    existing.fails(UnsuitableError, "Access denied", remedy)
    existing.fails(UnsuitableError, "lacks SELECT", "existing.admin_secret_arn", Dbname="")
    world.run("GRANT INSERT ON {}.* TO {}@'%'", world.dbname, weak)
    existing.fails(UnsuitableError, "lacks SELECT", "GRANT SELECT ON *.*")


def test_an_admin_without_the_rights(existing: Existing) -> None:
    world = existing.world
    weak = f"weak_{world.number}"
    world.run("CREATE USER {}@'%' IDENTIFIED BY 'the-Admins-own-1'", weak)
    world.run("GRANT SELECT ON *.* TO {}@'%'", weak)
    existing.secret({"username": weak, "password": "the-Admins-own-1"})
    existing.fails(UnsuitableError, "lacks CREATE USER", "GRANT CREATE USER ON")
    world.run("GRANT CREATE USER ON *.* TO {}@'%'", weak)
    assert existing.check() == weak


def test_a_server_that_is_read_only(existing: Existing) -> None:
    existing.world.run("SET GLOBAL read_only = ON")
    try:
        existing.fails(UnsuitableError, "is read-only", "the writer's address")
    finally:
        existing.world.run("SET GLOBAL read_only = OFF")


def test_its_admin_is_enough_for_all_that_comes(existing: Existing) -> None:
    """With no more than the documentation asks for, and a role that is the default."""
    world = existing.world
    least = f"least_{world.number}"
    with world.server.connect() as session:
        execute(session, f"CREATE USER {quoted(least)}@'%' IDENTIFIED BY 'the-Admins-own-1'")
    world.run("GRANT SELECT, CREATE USER ON *.* TO {}@'%'", least)
    world.run(
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER,"
        " CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE,"
        " ALTER ROUTINE, EVENT, TRIGGER ON *.* TO {}@'%' WITH GRANT OPTION",
        least,
    )
    existing.secret({"username": least, "password": "the-Admins-own-1"})
    assert existing.check() == least
    world.secrets.put(world.admin_arn, "AWSCURRENT", world.login(least, "the-Admins-own-1"))
    world.create_first_user()
    for handler in (world.alternating, world.alternating, world.dual, world.single):
        world.rotate(handler)
        assert world.accepts(world.document())
    world.rotate(world.single, world.admin_arn)
