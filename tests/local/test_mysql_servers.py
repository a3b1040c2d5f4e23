"""MariaDB and MySQL on this machine."""

import os
import shutil
from pathlib import Path
from typing import Any

import pymysql
import pytest

from local import debian
from local.database_errors import BinariesNotFoundError, NotStartedError, PortInUseError
from local.debian import DebianPackageError
from local.mariadb import MariaDBServer
from local.mariadb import binaries as mariadb_binaries
from local.mariadb import find_binaries as find_mariadb
from local.mysql import MySQLServer
from local.mysql import find_binaries as find_mysql

SECRET = "tell-nobody-0123456789"

Server = MariaDBServer | MySQLServer


@pytest.fixture(params=["mariadb", "mysql"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each product, where it is to be had."""
    found: Server = request.getfixturevalue(request.param)
    return found


def rows(connection: Any, statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def login(server: Server, **tls: Any) -> None:
    """Logs in as the superuser with as much TLS as the test wants."""
    pymysql.connect(
        host=server.host,
        port=server.port,
        user=server.superuser,
        password=server.superuser_password,
        **tls,
    ).close()


def test_a_login_works_over_tls_only(server: Server) -> None:
    with server.connect() as connection:
        [(_, cipher)] = rows(connection, "SHOW STATUS LIKE 'Ssl_cipher'")
    assert cipher
    with pytest.raises(pymysql.err.OperationalError) as caught:
        login(server, ssl_disabled=True)
    assert caught.value.args[0] in (1045, 3159)


def test_a_wrong_password_is_refused(server: Server) -> None:
    with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
        server.connect(password="wrong")


def test_only_the_owner_has_a_login_at_first(server: Server) -> None:
    with server.connect() as connection:
        found = rows(connection, "SELECT user FROM mysql.user WHERE user IN ('root', '')")
    assert not found


def test_the_certificate_is_for_localhost_and_from_our_authority(
    server: Server, postgres: Any
) -> None:
    tls: dict[str, Any] = {"ssl_verify_cert": True, "ssl_verify_identity": True}
    login(server, ssl_ca=str(server.ca), **tls)
    with pytest.raises(pymysql.err.OperationalError, match="certificate verify failed"):
        login(server, ssl_ca=str(postgres.ca), **tls)


def test_statements_are_in_every_log_and_the_admins_password_in_none(server: Server) -> None:
    server.create_admin("logged", SECRET)
    with server.connect("logged", SECRET) as connection:
        rows(connection, "CREATE DATABASE a_name_to_find")
    with server.connect() as connection:
        rows(connection, "FLUSH LOGS")
        history = "performance_schema.events_statements_history_long"
        kept = str(rows(connection, f"SELECT sql_text FROM {history}"))  # noqa: S608
    logs = [server.general_log, server.slow_log, *server.binary_logs]
    texts = [path.read_text(errors="replace") for path in logs]
    assert "a_name_to_find" in texts[0]
    assert "a_name_to_find" in texts[1]
    assert "a_name_to_find" in "".join(texts[2:])
    assert "a_name_to_find" in kept
    for text in (*texts, server.log.read_text()):
        assert SECRET not in text
        assert server.superuser_password not in text


@pytest.mark.parametrize(
    "statement",
    [
        "SET GLOBAL general_log = 0",
        "SET GLOBAL init_connect = 'SELECT 1'",
        "SET SESSION sql_log_bin = 0",
        "GRANT SUPER ON *.* TO boss@'%'",
    ],
)
def test_the_admin_is_as_weak_as_the_one_on_rds(server: Server, statement: str) -> None:
    server.create_admin("boss", SECRET)
    with (
        server.connect("boss", SECRET) as connection,
        pytest.raises(pymysql.err.OperationalError, match="Access denied"),
    ):
        rows(connection, statement)


def test_the_admin_makes_users_and_hands_on_its_rights(server: Server) -> None:
    server.create_admin("chief", "first")
    server.create_admin("chief", SECRET)
    server.create_database("chief_data", owner="chief")
    server.create_database("chief_data", owner="chief")
    with server.connect("chief", SECRET, dbname="chief_data") as connection:
        rows(connection, "CREATE USER made_by_chief@'%' IDENTIFIED BY 'of no use'")
        rows(connection, "GRANT SELECT, CREATE ON chief_data.* TO made_by_chief@'%'")
        rows(connection, "CREATE ROLE IF NOT EXISTS made_as_well")
        rows(connection, "GRANT made_as_well TO made_by_chief@'%'")
    with server.connect("made_by_chief", "of no use", dbname="chief_data") as connection:
        rows(connection, "CREATE TABLE t (i INT)")


def test_the_admin_of_mysql_has_its_rights_by_a_role(mysql: MySQLServer) -> None:
    mysql.create_admin("head", SECRET)
    with mysql.connect("head", SECRET) as connection:
        assert rows(connection, "SELECT CURRENT_ROLE()") == [("`rds_superuser_role`@`%`",)]
        rows(connection, "CREATE USER two_passwords@'%' IDENTIFIED BY 'old'")
        rows(
            connection,
            "ALTER USER two_passwords@'%' IDENTIFIED BY 'new' RETAIN CURRENT PASSWORD",
        )
        with pytest.raises(pymysql.err.OperationalError, match="SYSTEM_USER"):
            rows(connection, "ALTER USER rdsadmin@'%' ACCOUNT LOCK")
    for password in ("old", "new"):
        mysql.connect("two_passwords", password).close()


def test_it_never_runs_as_root(server: Server) -> None:
    assert Path(f"/proc/{server.pid}").stat().st_uid != 0


def test_a_restart_keeps_data_and_port_and_ends_connections() -> None:
    with MariaDBServer() as server:
        server.create_database("kept")
        before, port = server.connect(), server.port
        server.restart()
        assert server.port == port
        with pytest.raises(pymysql.err.OperationalError):
            rows(before, "SELECT 1")
        server.connect(dbname="kept").close()
        folder = server.ca.parent
    assert not folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's children change their user")
def test_an_installation_in_a_closed_home_is_used_all_the_same(
    mariadb: MariaDBServer, tmp_path: Path
) -> None:
    installation = debian.root_of(mariadb.executable) or mariadb.executable.parents[1]
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    shutil.copytree(installation, home / "copy", symlinks=True)
    program = home / "copy" / mariadb.executable.relative_to(installation)
    with MariaDBServer(binaries=program.parent) as server:
        server.connect().close()


def test_an_older_version_of_mariadb_is_to_be_had() -> None:
    try:
        binaries = mariadb_binaries("10.11")
    except DebianPackageError as error:
        pytest.skip(str(error))
    with MariaDBServer(binaries=binaries) as server, server.connect() as connection:
        [(version,)] = rows(connection, "SELECT VERSION()")
    assert version.startswith("10.11.")


def test_a_port_in_use_is_named(mariadb: MariaDBServer) -> None:
    with pytest.raises(PortInUseError, match=f"local MariaDB did not .* port {mariadb.port} on"):
        MariaDBServer(port=mariadb.port).start()


def test_a_server_that_does_not_start_shows_the_end_of_its_log(mariadb: MariaDBServer) -> None:
    with pytest.raises(NotStartedError, match="unknown variable 'nonsense=1'"):
        MariaDBServer(settings={"nonsense": "1"}).start()


def test_missing_programs_are_told_with_the_places_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(BinariesNotFoundError, match=r"MARIADB_BIN is /nowhere.*Install"):
        find_mariadb({"MARIADB_BIN": "/nowhere"})
    with pytest.raises(BinariesNotFoundError, match=r"MYSQL_BIN is /nowhere.*Set MYSQL_BIN"):
        find_mysql({"MYSQL_BIN": "/nowhere"})
    monkeypatch.setattr(debian, "_FOLDER", tmp_path)
    monkeypatch.setattr(debian, "_KEYRING", tmp_path / "missing")
    monkeypatch.setattr("local.mysql_process._SYSTEM", ())
    with pytest.raises(BinariesNotFoundError, match=r"keys are not in.*no mariadbd on PATH"):
        find_mariadb({"PATH": ""})
    with pytest.raises(BinariesNotFoundError, match="Debian's keys are not in"):
        find_mysql({"PATH": ""})


def test_programs_that_the_machine_has_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "mariadbd"
    program.touch(mode=0o755)
    assert find_mariadb({"MARIADB_BIN": str(tmp_path)}) == tmp_path
    monkeypatch.setattr(debian, "_FOLDER", tmp_path)
    monkeypatch.setattr(debian, "_KEYRING", tmp_path / "missing")
    assert find_mariadb({"PATH": str(tmp_path)}) == tmp_path
