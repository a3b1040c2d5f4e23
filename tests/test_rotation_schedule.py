from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyawscron import AWSCron

from rotation_schedule import LONGEST_DAYS, SHORTEST_HOURS, parse

MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


@pytest.mark.parametrize(
    "expression",
    [
        # Every example of "Rotation schedules" in the Secrets Manager user guide.
        "rate(4 hours)",
        "rate(1 day)",
        "rate(10 days)",
        "cron(0 4/12 * * ? *)",
        "cron(0 /8 * * ? *)",
        "cron(0 8/8 * * ? *)",
        "cron(0 2/10 * * ? *)",
        "cron(0 10 * * ? *)",
        "cron(0 18 ? * SAT *)",
        "cron(0 8 1 * ? *)",
        "cron(0 1 ? 1/3 SUN#1 *)",
        "cron(0 17 L * ? *)",
        "cron(0 8 ? * MON-FRI *)",
        "cron(0 16 1,15 * ? *)",
        "cron(0 0 ? * SUN#1 *)",
        "cron(0 0 ? 1/11 2#1 *)",
        "cron(0 0 ? JAN,APR,JUL,OCT SUNL *)",
    ],
)
def test_what_the_user_guide_shows_is_accepted(expression: str) -> None:
    parse(expression)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "neither rate"),
        ("30 days", "neither rate"),
        ("rate(30)", "neither rate"),
        ("rate(0 days)", "neither rate"),
        ("rate(1.5 days)", "neither rate"),
        ("rate(30 minutes)", "neither rate"),
        ("rate( 30 days )", "neither rate"),
        ("rate(3 hours)", "at least 4 hours"),
        ("rate(1000 days)", "at most 999 days"),
        ("rate(23977 hours)", "at most 999 days"),
        ("cron(0 0 * * ?)", "neither rate"),
        ("cron(0  0 * * ? *)", "neither rate"),
        ("cron(30 0 * * ? *)", "minutes must be 0"),
        ("cron(0 0 * * ? 2027)", "year must be *"),
        ("cron(0 0 * * * *)", "one of day of month and day of week must be ?"),
        ("cron(0 0 ? * ? *)", "one of day of month and day of week must be ?"),
        ("cron(0 99 * * ? *)", "'99' is not within 0 to 23"),
        ("cron(0 * * * ? *)", "the hours must be one hour"),
        ("cron(0 1,13 * * ? *)", "the hours must be one hour"),
        ("cron(0 0/3 * * ? *)", "at least 4 hours"),
        ("cron(0 0/0 * * ? *)", "'0' is not within 1 to 23"),
        ("cron(0 / * * ? *)", "the hours must be one hour"),
        ("cron(0 0 32 * ? *)", "'32' is not within 1 to 31"),
        ("cron(0 0 15-1 * ? *)", "runs backwards"),
        ("cron(0 0 1/0 * ? *)", "'0' is not within 1 to 31"),
        ("cron(0 0 1,,2 * ? *)", "'' is not within"),
        ("cron(0 0 1W * ? *)", "'1W' is not within"),
        ("cron(0 0 30 FEB ? *)", "there is no such day"),
        ("cron(0 0 31 4,6,9,11 ? *)", "there is no such day"),
        ("cron(0 0 1 13 ? *)", "'13' is not within 1 to 12"),
        ("cron(0 0 ? * 8 *)", "'8' is not within 1 to 7"),
        ("cron(0 0 ? * MON#6 *)", "'6' is not within 1 to 5"),
        ("cron(0 0 ? * FUNL *)", "'FUN' is not within 1 to 7"),
    ],
)
def test_what_secrets_manager_would_refuse_is_refused_with_its_reason(
    expression: str, reason: str
) -> None:
    with pytest.raises(ValueError, match="^.*" + reason.replace("?", r"\?").replace("*", r"\*")):
        parse(expression)


@pytest.mark.parametrize(
    ("expression", "hours"),
    [
        ("rate(4 hours)", 4),
        ("rate(30 hours)", 24),
        ("rate(1 day)", 24),
        ("cron(0 0 * * ? *)", 24),
        ("cron(0 22 * * ? *)", 2),
        ("cron(0 2/10 * * ? *)", 2),
        ("cron(0 0/6 * * ? *)", 6),
        ("cron(0 /8 * * ? *)", 8),
    ],
)
def test_a_window_ends_on_its_day_and_before_the_next_one_opens(
    expression: str, hours: int
) -> None:
    assert parse(expression).longest_window == hours


@given(st.integers(1, LONGEST_DAYS))
def test_a_rate_in_days_and_the_same_in_hours_are_as_often(days: int) -> None:
    assert parse(f"rate({days} days)").days == parse(f"rate({days * 24} hours)").days == days


def numbers(first: int, last: int, names: list[str]) -> st.SearchStrategy[str]:
    values = [*map(str, range(first, last + 1)), *names]
    value = st.sampled_from(values)
    return st.one_of(
        st.just("*"),
        st.lists(value, min_size=1, max_size=4, unique=True).map(",".join),
        st.integers(first, last).flatmap(
            lambda low: st.integers(low, last).map(lambda high: f"{low}-{high}")
        ),
        st.tuples(st.integers(first, last), st.integers(1, last)).map("{0[0]}/{0[1]}".format),
    )


hours = st.one_of(
    st.integers(0, 23).map(str),
    st.tuples(st.integers(0, 23), st.integers(SHORTEST_HOURS, 23)).map("{0[0]}/{0[1]}".format),
)
days = st.one_of(
    # Without steps: pyawscron gives up on the 29th of February that 1/14 leads to.
    st.tuples(
        numbers(1, 28, []).filter(lambda field: "/" not in field) | st.just("L"), st.just("?")
    ),
    st.tuples(
        st.just("?"),
        numbers(1, 7, DAYS)
        | st.sampled_from(DAYS).map("{}L".format)
        | st.tuples(st.sampled_from(DAYS), st.integers(1, 4)).map("{0[0]}#{0[1]}".format),
    ),
)


@given(hours, days, numbers(1, 12, MONTHS))
def test_windows_never_overlap_whatever_the_calendar(
    hour: str, day: tuple[str, str], month: str
) -> None:
    fields = f"0 {hour} {day[0]} {month} {day[1]} *"
    longest = timedelta(hours=parse(f"cron({fields})").longest_window)
    start = datetime(2027, 1, 1, tzinfo=UTC) - timedelta(seconds=1)
    windows = AWSCron.get_next_n_schedule(6, start, fields)
    for window, following in pairwise(windows):
        assert window + longest <= following
        last_instant = window + longest - timedelta(seconds=1)
        assert last_instant.date() == window.date()
