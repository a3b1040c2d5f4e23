"""What a team decides about an access key, and what cannot be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.settings import SettingsError, read_settings
from stacks.settings.access_key import AccessKey

POLICY = "arn:aws:iam::111122223333:policy/partner/upload"


def read(**given: object) -> AccessKey:
    context = {f"access_key.{name}": value for name, value in given.items()}
    return read_settings({"name": "orders", **context}).access_key


def test_it_is_off_by_default() -> None:
    assert not read().enabled


def test_a_policy_is_enough() -> None:
    assert read(enabled="true", policy=POLICY).policy == POLICY


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"enabled": "true"}, "access_key.policy = '': access_key.enabled is on"),
        (
            {"policy": "arn:aws:iam::aws:policy/AdministratorAccess"},
            "the ARN of a customer-managed policy",
        ),
        ({"interval_days": 3}, "access_key.interval_days = 3. Allowed: 4 to 60"),
        (
            {"interval_days": 8, "grace_days": 7},
            "access_key.grace_days = 7: access_key.interval_days is 8",
        ),
        (
            {"interval_days": 54},
            "access_key.notice_days = 14: a key could get 91 days old, with access_key.interval_da",
        ),
        ({"grace_days": 29, "interval_days": 60, "notice_days": 3}, "(IAM.3)"),
        ({"readers": "arn:aws:iam::111122223333:user/me"}, "ARNs of roles"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(given: dict[str, object], line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(**given)
    assert line in str(caught.value)


@given(st.integers(0, 70), st.integers(0, 40), st.integers(0, 40))
def test_no_accepted_combination_lets_a_key_get_older_than_90_days(
    interval: int, grace: int, notice: int
) -> None:
    try:
        read(interval_days=interval, grace_days=grace, notice_days=notice)
    except SettingsError:
        return
    assert interval + grace + 2 * notice + 2 <= 90
    assert grace <= interval - 2
