"""A part of what `make faults` does, small enough for every test run."""

import pytest

from tests.faults.bench import Bench
from tests.faults.packet_fault import Action
from tests.faults.plan import Scenario, bad_inputs
from tests.faults.scenarios import (
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
from tests.faults.subjects.postgresql import PostgreSQLSubject
from tests.faults.tally import Tally

both = pytest.mark.parametrize("strategy", PostgreSQLSubject.strategies)


def assert_good(tally: Tally) -> None:
    assert tally.injected == tally.wanted > 0, tally.findings
    assert tally.survived == tally.wanted, tally.findings
    assert tally.outages == tally.failed_logins == tally.leaks == 0, tally.findings


@both
@pytest.mark.usefixtures("impatient")
def test_crashes_around_calls_are_made_good(bench: Bench, strategy: str) -> None:
    assert_good(crashes.at_calls(bench, strategy, pick=slice(None, None, 7)))


@both
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("action", Action)
def test_what_happens_to_packets_is_made_good(bench: Bench, strategy: str, action: Action) -> None:
    assert_good(crashes.at_packets(bench, strategy, action, pick=slice(3, None, 17)))


@pytest.mark.usefixtures("impatient")
def test_a_first_rotation_that_is_cut_is_made_good(bench: Bench) -> None:
    picked = slice(5, None, 23)
    assert_good(crashes.at_packets(bench, "alternating", Action.CUT, first=True, pick=picked))


@both
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", [stale.GIVEN_UP, stale.DUPLICATE])
def test_stale_packets_do_no_harm(bench: Bench, strategy: str, kind: str) -> None:
    assert_good(stale.at_packets(bench, strategy, kind, pick=slice(1, None, 9)))


@both
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", [stale.GIVEN_UP, stale.DUPLICATE])
def test_stale_calls_do_no_harm(bench: Bench, strategy: str, kind: str) -> None:
    assert_good(stale.at_calls(bench, strategy, kind, pick=slice(1, None, 7)))


@both
def test_three_at_once_don_t_disturb_each_other(bench: Bench, strategy: str) -> None:
    assert_good(duplicates.each_step(bench, strategy, rounds=2))
    assert_good(duplicates.whole_rotations(bench, strategy, rounds=2))


@both
def test_what_does_not_work_never_becomes_current(bench: Bench, strategy: str) -> None:
    assert_good(unproven.finish(bench, strategy))


@both
def test_a_server_that_is_not_the_right_one_is_sent_nothing(bench: Bench, strategy: str) -> None:
    assert_good(impostors.untrusted(bench, strategy))


@both
@pytest.mark.usefixtures("impatient")
def test_a_silent_server_ends_in_an_error(bench: Bench, strategy: str) -> None:
    assert_good(impostors.silent(bench, strategy, pick=slice(None, None, 3)))


@both
@pytest.mark.usefixtures("impatient")
def test_a_lock_that_someone_holds_ends_in_an_error(bench: Bench, strategy: str) -> None:
    assert_good(locks.held(bench, strategy))


def test_consumers_notice_nothing(bench: Bench) -> None:
    assert_good(consumers.one_rotation_behind(bench, "alternating", rounds=5))
    assert_good(consumers.on_our_library(bench, "single", rounds=3))


@pytest.mark.usefixtures("impatient")
def test_the_first_user_comes_to_exist_whatever_happens(bench: Bench) -> None:
    assert_good(first_user.at_calls(bench, pick=slice(None, None, 4)))
    for action in (Action.CUT, Action.HOLD):
        assert_good(first_user.at_packets(bench, action, pick=slice(2, None, 19)))
    assert_good(first_user.at_once(bench, rounds=2))
    assert_good(first_user.unanswered(bench))


@both
def test_no_setting_changes_what_a_rotation_does(bench: Bench, strategy: str) -> None:
    assert_good(hostile_settings.on_the_bench(bench, strategy, columns=4))


@pytest.mark.parametrize("scenario", bad_inputs(PostgreSQLSubject, 300))
def test_bad_input_ends_in_our_own_error_with_nothing_changed(
    bench: Bench, scenario: Scenario
) -> None:
    assert_good(scenario(bench))


@pytest.mark.usefixtures("impatient")
def test_no_password_is_seen_anywhere(bench: Bench) -> None:
    for strategy in bench.subject.strategies:
        crashes.at_calls(bench, strategy, pick=slice(None, None, 15))
        unproven.finish(bench, strategy)
    for tally in leaks.everywhere(bench):
        assert_good(tally)
