"""MariaDB and MySQL servers with the users that rotations need; each test runs on both."""

from collections.abc import Iterator

import pytest

from fakes.mysql import MySQLWorld
from local.mariadb import MariaDBServer
from local.mysql import MySQLServer


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing rotates an admin's secret while a test waits for it."""
    for module in ("admin", "check"):
        monkeypatch.setattr(f"database.{module}.WAITS", (0.0, 0.0))


@pytest.fixture(params=["mariadb", "mysql"])
def server(request: pytest.FixtureRequest) -> MariaDBServer | MySQLServer:
    """One of the two; skipped where it can't be had."""
    found: MariaDBServer | MySQLServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def world(server: MariaDBServer | MySQLServer, monkeypatch: pytest.MonkeyPatch) -> MySQLWorld:
    """On either server."""
    return on(server, monkeypatch)


@pytest.fixture
def on_mariadb(mariadb: MariaDBServer, monkeypatch: pytest.MonkeyPatch) -> MySQLWorld:
    """For what MySQL does not have."""
    return on(mariadb, monkeypatch)


@pytest.fixture
def on_mysql(mysql: MySQLServer, monkeypatch: pytest.MonkeyPatch) -> MySQLWorld:
    """For what MariaDB does not have."""
    return on(mysql, monkeypatch)


def on(server: MariaDBServer | MySQLServer, monkeypatch: pytest.MonkeyPatch) -> MySQLWorld:
    """A world whose functions trust the server."""
    monkeypatch.setenv("RDS_CA_BUNDLE", str(server.ca))
    return MySQLWorld(server)


@pytest.fixture
def ready(world: MySQLWorld) -> MySQLWorld:
    """With the application's user."""
    world.create_first_user()
    return world


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No writer is taken for stuck in this test, and none waits for another in vain."""
    monkeypatch.setattr("mysql_user.fence.PATIENCE_SECONDS", 3600)
    monkeypatch.setattr("mysql_user.mysql.LOCK_SECONDS", 60)
    for limit in ("STATEMENT_SECONDS", "LOCK_SECONDS"):
        monkeypatch.setattr(f"mysql_user.start_up.{limit}", 60)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch, patient: None) -> None:
    """A machine that is busy is no defect."""
    del patient
    monkeypatch.setattr("mysql_user.connection.WAIT_SECONDS", 60)
    monkeypatch.setattr("rotation.deadline.STEP_SECONDS", 120)


@pytest.fixture
def alternating(ready: MySQLWorld) -> MySQLWorld:
    ready.rotate(ready.alternating)
    return ready


@pytest.fixture
def things(alternating: MySQLWorld) -> MySQLWorld:
    """What can be granted; the same for all tests."""
    world = alternating
    world.run("CREATE DATABASE IF NOT EXISTS things")
    world.run("CREATE TABLE IF NOT EXISTS things.t (i int, `a, b)` int)")
    world.run("CREATE PROCEDURE IF NOT EXISTS things.p() SELECT 1")
    world.run("CREATE FUNCTION IF NOT EXISTS things.f() RETURNS int DETERMINISTIC RETURN 1")
    world.run("CREATE ROLE IF NOT EXISTS twins_role")
    world.run("GRANT SELECT ON things.t TO twins_role")
    # On MariaDB only such a one may grant it, whatever else it may.
    world.run("GRANT twins_role TO {}@'%' WITH ADMIN OPTION", world.admin)
    return world


@pytest.fixture
def partial(on_mysql: MySQLWorld) -> Iterator[MySQLWorld]:
    """A server where something may be taken away from what is granted on everything."""
    on_mysql.run("SET GLOBAL partial_revokes = ON")
    yield on_mysql
    for user in (on_mysql.user, on_mysql.clone):
        on_mysql.run("DROP USER IF EXISTS {}@'%'", user)
    on_mysql.run("SET GLOBAL partial_revokes = OFF")
