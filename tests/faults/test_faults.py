"""A part of what `make faults` does, small enough for every test run.

On PostgreSQL it is a larger one than on MariaDB, and on MySQL, which few machines have, there is
nothing of it: what they share with PostgreSQL is tried there.
"""

import pytest

from tests.faults.bench import Bench
from tests.faults.packet_fault import Action
from tests.faults.plan import Scenario, bad_inputs
from tests.faults.promises import WITH_TWO_PASSWORDS
from tests.faults.scenarios import (
    abandoned,
    consumers,
    crashes,
    duplicates,
    first_user,
    hostile_settings,
    impostors,
    leaks,
    locks,
    stale,
    unproven,
)
from tests.faults.subjects import SUBJECTS
from tests.faults.tally import Tally

ENGINES = ("postgres", "mariadb")

on_each = pytest.mark.parametrize("bench", ENGINES, indirect=True)
rotated_by_each = pytest.mark.parametrize(
    ("bench", "strategy"),
    [(engine, strategy) for engine in ENGINES for strategy in SUBJECTS[engine].strategies],
    indirect=["bench"],
)

FEWER = 4
"""How many times fewer faults are tried elsewhere than on PostgreSQL."""


def every(bench: Bench, step: int, *, first: int) -> slice:
    """One fault out of so many."""
    return slice(first, None, step if bench.subject.engine == "postgres" else FEWER * step)


def assert_good(tally: Tally) -> None:
    assert tally.injected == tally.wanted > 0, tally.findings
    assert tally.survived == tally.wanted, tally.findings
    assert tally.outages == tally.failed_logins == tally.leaks == 0, tally.findings


@rotated_by_each
@pytest.mark.usefixtures("impatient")
def test_crashes_around_calls_are_made_good(bench: Bench, strategy: str) -> None:
    assert_good(crashes.at_calls(bench, strategy, pick=every(bench, 7, first=0)))


@rotated_by_each
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("action", Action)
def test_what_happens_to_packets_is_made_good(bench: Bench, strategy: str, action: Action) -> None:
    assert_good(crashes.at_packets(bench, strategy, action, pick=every(bench, 17, first=3)))


@on_each
@pytest.mark.usefixtures("impatient")
def test_a_first_rotation_that_is_cut_is_made_good(bench: Bench) -> None:
    picked = every(bench, 23, first=5)
    assert_good(crashes.at_packets(bench, "alternating", Action.CUT, first=True, pick=picked))


@rotated_by_each
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", [stale.GIVEN_UP, stale.DUPLICATE])
def test_stale_packets_do_no_harm(bench: Bench, strategy: str, kind: str) -> None:
    assert_good(stale.at_packets(bench, strategy, kind, pick=every(bench, 9, first=1)))


@rotated_by_each
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", [stale.GIVEN_UP, stale.DUPLICATE])
def test_stale_calls_do_no_harm(bench: Bench, strategy: str, kind: str) -> None:
    assert_good(stale.at_calls(bench, strategy, kind, pick=every(bench, 7, first=1)))


@on_each
def test_versions_that_are_given_up_leave_the_current_one_alone(bench: Bench) -> None:
    for strategy in WITH_TWO_PASSWORDS & bench.subject.strategies.keys():
        assert_good(abandoned.after_each_step(bench, strategy))


@rotated_by_each
def test_three_at_once_don_t_disturb_each_other(bench: Bench, strategy: str) -> None:
    assert_good(duplicates.each_step(bench, strategy, rounds=2))
    assert_good(duplicates.whole_rotations(bench, strategy, rounds=2))


@rotated_by_each
def test_what_does_not_work_never_becomes_current(bench: Bench, strategy: str) -> None:
    assert_good(unproven.finish(bench, strategy))


@rotated_by_each
def test_a_server_that_is_not_the_right_one_is_sent_nothing(bench: Bench, strategy: str) -> None:
    assert_good(impostors.untrusted(bench, strategy))


@rotated_by_each
@pytest.mark.usefixtures("impatient")
def test_a_silent_server_ends_in_an_error(bench: Bench, strategy: str) -> None:
    assert_good(impostors.silent(bench, strategy, pick=every(bench, 3, first=0)))


@rotated_by_each
@pytest.mark.usefixtures("impatient")
def test_a_lock_that_someone_holds_ends_in_an_error(bench: Bench, strategy: str) -> None:
    assert_good(locks.held(bench, strategy))


@on_each
def test_consumers_notice_nothing(bench: Bench) -> None:
    for strategy in bench.subject.strategies:
        if strategy in WITH_TWO_PASSWORDS:
            assert_good(consumers.one_rotation_behind(bench, strategy, rounds=5))
        else:
            assert_good(consumers.on_our_library(bench, strategy, rounds=3))


@on_each
@pytest.mark.usefixtures("impatient")
def test_the_first_user_comes_to_exist_whatever_happens(bench: Bench) -> None:
    assert_good(first_user.at_calls(bench, pick=every(bench, 4, first=0)))
    for action in (Action.CUT, Action.HOLD):
        assert_good(first_user.at_packets(bench, action, pick=every(bench, 19, first=2)))
    assert_good(first_user.at_once(bench, rounds=2))
    assert_good(first_user.unanswered(bench))


@rotated_by_each
def test_no_setting_changes_what_a_rotation_does(bench: Bench, strategy: str) -> None:
    assert_good(hostile_settings.on_the_bench(bench, strategy, columns=4))


@pytest.mark.parametrize(
    ("bench", "scenario"),
    [
        (engine, scenario)
        for engine, examples in {"postgres": 300, "mariadb": 80}.items()
        for scenario in bad_inputs(SUBJECTS[engine], examples)
    ],
    indirect=["bench"],
)
def test_bad_input_ends_in_our_own_error_with_nothing_changed(
    bench: Bench, scenario: Scenario
) -> None:
    assert_good(scenario(bench))


@on_each
@pytest.mark.usefixtures("impatient")
def test_no_password_is_seen_anywhere(bench: Bench) -> None:
    for strategy in bench.subject.strategies:
        crashes.at_calls(bench, strategy, pick=every(bench, 15, first=0))
        unproven.finish(bench, strategy)
    for tally in leaks.everywhere(bench):
        assert_good(tally)
