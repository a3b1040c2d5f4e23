from datetime import UTC, datetime, timedelta

import pytest

from stacks.settings import SettingsError, read_settings
from stacks.settings.access import LONGEST_CONTRACT

ACCOUNT = "444455556666"
EXTERNAL_ID = "3f1c9a52-7f0e-4a0f-9d6b-5b1f3c2d1e0a"
CONTRACTOR = {"contractor_account": ACCOUNT, "contractor_external_id": EXTERNAL_ID}


def read(**access: object):
    given = {f"access.{name}": value for name, value in access.items()}
    return read_settings({"name": "orders", **given}).access


def problem(**access: object) -> str:
    with pytest.raises(SettingsError) as caught:
        read(**access)
    return "\n".join(str(caught.value).splitlines()[1:])


def in_days(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def test_nobody_has_access_unless_it_is_set() -> None:
    access = read()
    assert not access.enabled
    assert access.contractor_account == ""


def test_users_come_as_a_list_or_separated_by_commas() -> None:
    assert read(auditors="anna,bea").auditors == read(auditors=["anna", "bea"]).auditors
    assert read(auditors="").auditors == ()


@pytest.mark.parametrize("user", ["anna bea", "arn:aws:iam::123456789012:user/anna", "x" * 65])
def test_a_name_that_is_no_user_s_is_refused(user: str) -> None:
    assert problem(operators=[user]).startswith(f"  access.operators.0 = {user!r}. Allowed: up to")


def test_a_contract_may_end_tomorrow_or_in_a_year() -> None:
    for days in (1, LONGEST_CONTRACT.days):
        read(**CONTRACTOR, contractor_until=in_days(days))


@pytest.mark.parametrize(
    ("until", "because"),
    [
        (in_days(0), "the contract is over"),
        ("2020-01-31", "the contract is over"),
        (in_days(LONGEST_CONTRACT.days + 2), "days away"),
        ("2027-02-30", "no day of the calendar"),
        ("31.1.2027", ""),
        ("", "access.contractor_account is set"),
    ],
)
def test_an_end_that_is_none_is_refused(until: str, because: str) -> None:
    line = problem(**CONTRACTOR, contractor_until=until)
    assert line.startswith(f"  access.contractor_until = {until!r}")
    assert because in line
    assert "Allowed: a day such as" in line


@pytest.mark.parametrize(
    ("external_id", "because"),
    [
        ("short-but-different", "it has 19 characters"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "it has 1 different characters"),
        ("orders-production-ab12-" + ACCOUNT, "holds the contractor's account id"),
        ("has a space, and is long enough", ""),
        ("", "access.contractor_account is set"),
    ],
)
def test_an_external_id_that_can_be_guessed_is_refused(external_id: str, because: str) -> None:
    line = problem(
        contractor_account=ACCOUNT,
        contractor_external_id=external_id,
        contractor_until=in_days(30),
    )
    assert line.startswith(f"  access.contractor_external_id = {external_id!r}")
    assert because in line
    assert "Allowed: 20 to 1224" in line


def test_half_a_contractor_is_refused() -> None:
    assert "access.contractor_account is not set" in problem(contractor_external_id=EXTERNAL_ID)
    assert "access.contractor_account is not set" in problem(contractor_until=in_days(30))


def test_a_wrong_account_is_told_once() -> None:
    lines = problem(
        contractor_account="4444", contractor_external_id=EXTERNAL_ID, contractor_until=in_days(9)
    ).splitlines()
    assert [line.split()[0] for line in lines] == ["access.contractor_account"]
