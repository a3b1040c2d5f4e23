"""A part of what `make faults` does with certificates, and that it would see defects."""

from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast

import pytest

from certificate.certificates import Certificates
from rotation.engine import Engine
from rotation.errors import RotationError
from rotation.event import Step
from tests.certificate.world import World
from tests.faults.bench import Bench
from tests.faults.scenarios import certificate
from tests.faults.tally import Tally

BENCH = cast("Bench", SimpleNamespace(errors=[], passwords=set()))
"""All that these scenarios need of one."""


def assert_good(tally: Tally) -> None:
    assert tally.injected == tally.wanted == tally.survived > 0, tally.findings


@pytest.mark.parametrize(
    ("scenario", "pick"),
    [
        (certificate.crashes, slice(0, None, 7)),
        (certificate.duplicates, slice(1, None, 4)),
        (certificate.stale, slice(2, None, 4)),
    ],
)
def test_nothing_is_lost(scenario: Any, pick: slice) -> None:
    assert_good(scenario(BENCH, pick=pick))


def test_a_rotation_that_does_not_end_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "_finish", lambda *_: None)
    tally = certificate.crashes(BENCH, pick=slice(0, 2))
    assert tally.survived < tally.injected


@pytest.mark.parametrize("step", Step)
def test_any_step_any_number_of_times(step: Step) -> None:
    world = World()
    token = world.begin()
    for each in Step:
        for _ in range(3 if each is step else 1):
            world.step(token, each)
    for each in Step:
        world.step(token, each)
    assert world.labels["AWSCURRENT"] == token
    assert not [*certificate.wrong(world)]


def test_a_late_run_of_a_given_up_rotation_changes_nothing() -> None:
    world = World()
    late = world.begin()
    world.step(late, Step.CREATE)
    world.rotate()
    before = world.snapshot()
    for step in (Step.SET, Step.TEST, Step.FINISH):
        with suppress(RotationError):
            world.step(late, step)
    assert world.snapshot() == before


def test_a_lost_check_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it a certificate of another authority becomes AWSCURRENT, and peers part."""
    world = World()
    token = world.begin()
    world.stored.contents[token] = World().text().reveal()
    monkeypatch.setattr(Certificates, "check", lambda *_: None)
    world.step(token, Step.FINISH)
    monkeypatch.undo()
    assert [*certificate.wrong(world)]
