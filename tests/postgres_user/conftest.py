"""PostgreSQL servers with the databases that rotations need."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.postgres import PostgresServer
from local.postgres_binaries import find_binaries
from tests.postgres_user.world import World

NEWEST_OF_THE_OLD = 15
"""PostgreSQL 16 changed what CREATEROLE may do."""


@pytest.fixture(scope="session")
def old_postgres() -> Iterator[PostgresServer]:
    """A server of the time before PostgreSQL 16, where the machine has one."""
    for version in range(NEWEST_OF_THE_OLD, 12, -1):
        binaries = Path(f"/usr/lib/postgresql/{version}/bin")
        if (binaries / "postgres").exists() and binaries != find_binaries():
            with PostgresServer(binaries=binaries, settings={"log_connections": "on"}) as server:
                yield server
            return
    pytest.skip("no PostgreSQL 13 to 15 on this machine")


@pytest.fixture
def world(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> World:
    """On the server with which the project comes."""
    monkeypatch.setenv("RDS_CA_BUNDLE", str(postgres.ca))
    return World(postgres)


@pytest.fixture(params=["postgres", "old_postgres"])
def any_world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    """On a new server and on an old one."""
    server: PostgresServer = request.getfixturevalue(request.param)
    monkeypatch.setenv("RDS_CA_BUNDLE", str(server.ca))
    return World(server)
