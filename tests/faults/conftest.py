"""The bench as tests use it: on the test run's server, and with functions that give up soon."""

from collections.abc import Iterator

import pytest

from local.postgres import PostgresServer
from tests.faults.bench import Bench
from tests.faults.opening import open_bench
from tests.faults.subjects import SUBJECTS
from tests.faults.subjects.postgresql import PostgreSQLSubject


@pytest.fixture
def bench(postgres: PostgresServer) -> Iterator[Bench]:
    subject = PostgreSQLSubject(postgres)
    subject.forget()
    with open_bench(subject, workers=6) as bench:
        yield bench


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions that give up soon: what they wait for in these tests never comes."""
    for subject in SUBJECTS.values():
        for place, value in subject.impatience.items():
            monkeypatch.setattr(place, value)
