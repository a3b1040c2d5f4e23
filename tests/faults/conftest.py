"""The bench as tests use it: on the test run's server, and with functions that give up soon."""

from collections.abc import Iterator

import pytest

from local.postgres import PostgresServer
from tests.faults.bench import Bench
from tests.faults.opening import open_bench


@pytest.fixture
def bench(postgres: PostgresServer) -> Iterator[Bench]:
    with postgres.connect() as session:  # other tests may send passwords as they are
        session.execute("SELECT pg_stat_statements_reset()")
    with open_bench(postgres, workers=6) as bench:
        yield bench


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions that give up soon: what they wait for in these tests never comes."""
    monkeypatch.setattr("postgres_user.connection.WAIT_SECONDS", 1.5)
    monkeypatch.setattr("postgres_user.fence.PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr("postgres_user.postgres.LOCK_SECONDS", 0.2)
