"""Each test breaks a check of inputs on purpose, and shows that the bench sees it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import Phase
from hypothesis.strategies import SearchStrategy

from database.alternating_users import AlternatingUsers
from database.names import NameLimit
from rotation.errors import RotationError
from rotation.event import RotationEvent, Step
from tests.faults.bad_names import too_long_names
from tests.faults.bad_secrets import Document
from tests.faults.bench import Bench
from tests.faults.scenarios import bad_input
from tests.faults.subject import Subject

Patch = pytest.MonkeyPatch

pytestmark = pytest.mark.usefixtures("no_shrinking")


@pytest.fixture
def no_shrinking(monkeypatch: Patch) -> None:
    """It takes long, and what fails here is known."""
    monkeypatch.setattr("tests.faults.examples.PHASES", [Phase.explicit, Phase.generate])


def test_names_that_are_not_measured_are_seen(bench: Bench, monkeypatch: Patch) -> None:
    def too_long(subject: Subject, good: Document, **_: object) -> SearchStrategy[str]:
        return too_long_names(subject).map(lambda name: json.dumps({**good, "username": name}))

    monkeypatch.setattr(bad_input, "bad_documents", too_long)
    assert bad_input.current_versions(bench, "single", 10).good
    monkeypatch.setattr(NameLimit, "check", lambda *_: None)
    assert not bad_input.current_versions(bench, "single", 10).good


def test_errors_that_are_none_of_ours_are_seen(bench: Bench, monkeypatch: Patch) -> None:
    @contextmanager
    def let_others_out(*, secret: str, step: str) -> Iterator[None]:
        try:
            yield
        except RotationError as error:
            error.at(secret=secret, step=step)
            raise

    monkeypatch.setattr("rotation.engine.located", let_others_out)
    monkeypatch.setattr(
        "database.credential._Fields.port", lambda fields, _: int(fields.document.fields["port"])
    )
    tally = bad_input.pending_versions(bench, "single", 200)
    assert "It ended in " in "".join(tally.findings)


def test_events_that_are_not_checked_are_seen(bench: Bench, monkeypatch: Patch) -> None:
    def parse(event: Any) -> RotationEvent:
        return RotationEvent(event["SecretId"], event["ClientRequestToken"], Step(event["Step"]))

    monkeypatch.setattr(RotationEvent, "parse", parse)
    assert not bad_input.events(bench, "single", 100).good


def test_a_user_of_someone_else_that_is_taken_for_the_twin_is_seen(
    bench: Bench, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(AlternatingUsers, "_must_be_twin", lambda *_: None)
    tally = bad_input.names_of_others(bench, 5)
    assert "names" in tally.scenario
    assert not tally.good
