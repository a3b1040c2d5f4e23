"""The bench as tests use it: on the test run's servers, and with functions that give up soon."""

from collections.abc import Iterator

import pytest

from tests.faults.bench import Bench
from tests.faults.opening import open_bench
from tests.faults.subjects import SUBJECTS


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """On PostgreSQL, unless a test names another of `SUBJECTS`."""
    engine = getattr(request, "param", "postgres")
    subject = SUBJECTS[engine](request.getfixturevalue(engine))
    subject.forget()
    with open_bench(subject, workers=min(6, subject.workers)) as bench:
        yield bench


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions that give up soon: what they wait for in these tests never comes."""
    for subject in SUBJECTS.values():
        for place, value in subject.impatience.items():
            monkeypatch.setattr(place, value)
