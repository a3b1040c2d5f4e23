import pytest

from tests.faults.scenarios.leaks import found
from tests.faults.tally import Tally, Verdict

PASSWORD = "aB3" + "x" * 37


def test_a_line_with_nothing_wrong_is_good() -> None:
    tally = Tally("s", "single", wanted=2)
    for _ in range(2):
        tally.add(Verdict("fault", seconds=14))
    assert tally.good


def test_a_line_with_nothing_tried_is_not_good() -> None:
    assert not Tally("s", "single").good


def test_a_line_that_can_t_be_tried_here_is_told_and_not_bad() -> None:
    assert Tally("s", "single", skipped="there is none for this machine").good
    assert not Tally("s", "single", wanted=1, skipped="there is none for this machine").good


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict("f", injected=False),
        Verdict("f", outages=1),
        Verdict("f", failed_logins=1),
        Verdict("f", leaks=1),
        Verdict("f", seconds=15.1),
        Verdict("f", findings=["something"]),
    ],
)
def test_a_line_with_anything_wrong_is_not_good(verdict: Verdict) -> None:
    tally = Tally("s", "single", wanted=1)
    tally.add(verdict)
    assert not tally.good


def test_passwords_are_found_in_the_middle_of_other_letters() -> None:
    other = "y" * 40
    assert found(f"abc{PASSWORD}def", {PASSWORD, other, "short-1"}) == {PASSWORD}
    assert found("password 'short-1'", {PASSWORD, "short-1"}) == {"short-1"}
    assert found(PASSWORD[:-1], {PASSWORD}) == set()
