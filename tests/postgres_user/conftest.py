"""PostgreSQL servers with the databases that rotations need."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.postgres import PostgresWorld
from local.postgres import PostgresServer
from tests.postgres_versions import UnavailableError, binaries

OLD = "15.18"
"""PostgreSQL 16 changed what CREATEROLE may do."""


@pytest.fixture(scope="session")
def old_postgres() -> Iterator[PostgresServer]:
    """A server of the time before PostgreSQL 16."""
    with PostgresServer(binaries=brought(OLD), settings={"log_connections": "on"}) as server:
        yield server


def brought(version: str) -> Path:
    """The programs of another version; skips the test where it can't be had."""
    try:
        return binaries(version)
    except UnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing rotates an admin's secret while a test waits for it."""
    for module in ("admin", "check"):
        monkeypatch.setattr(f"database.{module}.WAITS", (0.0, 0.0))


@pytest.fixture
def world(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> PostgresWorld:
    """On the server with which the project comes."""
    monkeypatch.setenv("RDS_CA_BUNDLE", str(postgres.ca))
    return PostgresWorld(postgres)


@pytest.fixture(params=["postgres", "old_postgres"])
def any_world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> PostgresWorld:
    """On a new server and on an old one."""
    server: PostgresServer = request.getfixturevalue(request.param)
    monkeypatch.setenv("RDS_CA_BUNDLE", str(server.ca))
    return PostgresWorld(server)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No writer is taken for stuck in this test, and none waits for another in vain."""
    monkeypatch.setattr("postgres_user.fence.PATIENCE_SECONDS", 3600)
    for limit in ("STATEMENT_SECONDS", "LOCK_SECONDS"):
        monkeypatch.setattr(f"postgres_user.postgres.{limit}", 60)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch, patient: None) -> None:
    """A machine that is busy is no defect."""
    del patient
    monkeypatch.setattr("postgres_user.connection.WAIT_SECONDS", 60)
    monkeypatch.setattr("rotation.deadline.STEP_SECONDS", 120)


@pytest.fixture
def own(any_world: PostgresWorld) -> PostgresWorld:
    """An application whose first user owns its database."""
    dbname = f"own_{any_world.number}"
    any_world.server.create_database(dbname, any_world.server.superuser)
    any_world.run("GRANT CREATE ON DATABASE {} TO {}", dbname, any_world.admin)
    any_world.dbname = dbname
    any_world.secrets.put(any_world.arn, "AWSCURRENT", any_world.application())
    any_world.create_first_user()
    any_world.run("ALTER DATABASE {} OWNER TO {}", dbname, any_world.user)
    return any_world
