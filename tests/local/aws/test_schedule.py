from datetime import UTC, datetime

import pytest

from local.aws.schedule import Schedule, ScheduleError

LAST = datetime(2026, 11, 24, 23, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "opening"),
    [
        ("rate(1 day)", datetime(2026, 11, 25, tzinfo=UTC)),
        ("rate(30 days)", datetime(2026, 12, 24, tzinfo=UTC)),
        ("rate(4 hours)", datetime(2026, 11, 25, 3, tzinfo=UTC)),
        ("cron(0 4 ? * SUN *)", datetime(2026, 11, 29, 4, tzinfo=UTC)),
        ("cron(0 /8 * * ? *)", datetime(2026, 11, 25, tzinfo=UTC)),
        ("cron(0 8 1 * ? *)", datetime(2026, 12, 1, 8, tzinfo=UTC)),
    ],
)
def test_the_next_window_opens_as_documented(expression, opening):
    assert Schedule.of({"ScheduleExpression": expression}).next_window(LAST) == opening


def test_a_number_of_days_is_a_rate():
    assert Schedule.of({"AutomaticallyAfterDays": 7}).expression == "rate(7 days)"


def test_rules_are_answered_as_they_were_given():
    rules = {"ScheduleExpression": "cron(0 4 ? * SUN *)", "Duration": "3h"}
    assert Schedule.of(rules).rules() == rules


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"AutomaticallyAfterDays": 1, "ScheduleExpression": "rate(1 day)"},
        {"ScheduleExpression": "rate(5 minutes)"},
        {"ScheduleExpression": "every day"},
    ],
)
def test_rules_without_one_valid_schedule_are_refused(rules):
    with pytest.raises(ScheduleError):
        Schedule.of(rules)


def test_a_cron_that_never_comes_true_again_is_told():
    with pytest.raises(ScheduleError, match="no occurrence after 2026-11-24"):
        Schedule("cron(0 0 1 1 ? 2020)").next_window(LAST)
