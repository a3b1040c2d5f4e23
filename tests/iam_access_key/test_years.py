"""The promise about access keys, over years of failures."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.iam_access_key.world import LIVES
from tests.iam_access_key.years import Years
from tokens.reaper import Reaper, Report


def days(number: int) -> timedelta:
    return timedelta(days=number)


def test_for_ten_years_no_key_gets_too_old_and_both_labels_keep_their_promise() -> None:
    years = Years(seed=1)
    years.live(10)
    assert years.violations == []
    assert years.rotations > 100
    assert years.reaped > 200
    assert years.failures > 200


@pytest.mark.parametrize(
    ("interval", "grace", "notice"), [(53, 7, 14), (4, 2, 3), (48, 30, 5), (60, 2, 13)]
)
def test_the_settings_may_leave_no_slack(interval: int, grace: int, notice: int) -> None:
    assert interval + grace + 2 * notice + 2 <= 90
    lives = replace(LIVES, grace=days(grace), notice=days(notice))
    years = Years(interval=interval, lives=lives, seed=interval)
    years.live(2)
    assert years.violations == []
    assert years.rotations > 5


def test_a_reaper_that_does_nothing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reaper, "reap", lambda *_, **__: Report(90))
    years = Years(seed=2)
    years.live(0.5)
    assert any("outside of the grace" in each for each in years.violations)


def test_a_grace_that_nobody_keeps_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    years = Years(seed=3)
    monkeypatch.setattr("tokens.reaper.grace_end", lambda *_: years.world.clock.now() - days(1))
    years.live(0.5)
    assert any("AWSPREVIOUS" in each for each in years.violations)


def test_settings_that_are_not_possible_are_seen() -> None:
    years = Years(interval=85, lives=replace(LIVES, notice=days(20)), seed=4)
    years.live(3)
    assert any("days old" in each for each in years.violations)
