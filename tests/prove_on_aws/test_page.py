"""The page of assumptions and the steps that settle them say the same."""

from collections import Counter
from pathlib import Path

from tools.prove_on_aws.assumptions import ASSUMPTIONS
from tools.prove_on_aws.reference import markdown
from tools.prove_on_aws.steps import STEPS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "unproven.md"


def test_every_assumption_has_one_step_and_every_step_settles_what_is_on_the_page():
    settled = Counter(each for step in STEPS for each in step.settles)
    assert settled == Counter(each.id for each in ASSUMPTIONS)


def test_every_step_needs_steps_that_come_before_it():
    known: set[str] = set()
    for step in STEPS:
        assert set(step.needs) <= known
        assert step.name not in known
        known.add(step.name)


def test_the_last_step_takes_away_what_was_made_whatever_happened():
    assert STEPS[-1].always


def test_the_page_is_the_one_of_these_assumptions():
    assert PAGE.read_text() == markdown(), (
        "run: python -m tools.prove_on_aws.reference > docs/unproven.md"
    )


def test_what_an_assumption_rests_on_exists():
    root = PAGE.parents[1]
    words = [word for each in ASSUMPTIONS for word in each.relied_on.split("`")[1::2]]
    paths = [word for word in words if "/" in word]
    assert paths
    assert [each for each in paths if not (root / each).exists()] == []
