"""The report is waited for, and read however AWS comes to it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from credential_rotation.command.inventory import InventoryError
from credential_rotation.command.inventory.credential_report import ATTEMPTS, fetch
from credential_rotation.command.inventory.errors import NoReportError
from tests.command.inventory.conftest import Account, Reports

HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
    "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
    "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
    "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
)
ROOT = (
    "<root_account>,arn:aws:iam::123456789012:root,2020-01-01T00:00:00+00:00,not_supported,"
    "2026-01-01T00:00:00+00:00,not_supported,not_supported,false,true,2020-01-01T00:00:00+00:00,"
    "N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
)
ANN = (
    "ann,arn:aws:iam::123456789012:user/ann,2026-01-01T00:00:00+00:00,true,no_information,"
    "2026-01-01T00:00:00+00:00,N/A,true,false,N/A,N/A,N/A,N/A,true,2026-02-01T00:00:00+00:00,"
    "2026-03-01T10:00:00+00:00,eu-west-1,s3,false,N/A,false,N/A"
)
MADE = datetime(2026, 11, 25, tzinfo=UTC)


def report(*lines: str) -> dict[str, Any]:
    return {"Content": "\n".join(lines).encode(), "GeneratedTime": MADE}


def fetched(account: Account, *answers: Any) -> tuple[Any, list[float]]:
    pauses: list[float] = []
    iam: Any = Reports(account.iam, *answers)
    return fetch(iam, pause=pauses.append), pauses


def test_it_is_read_as_aws_writes_it(account: Account) -> None:
    read, pauses = fetched(account, ("generate", "COMPLETE"), ("get", report(HEADER, ROOT, ANN)))
    assert read.made == MADE
    (ann,) = read.users
    assert (ann.name, ann.console, ann.mfa) == ("ann", True, True)
    (key,) = ann.keys
    assert key.made == datetime(2026, 2, 1, tzinfo=UTC)
    assert key.used == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert pauses == []


def test_it_is_waited_for(account: Account) -> None:
    _, pauses = fetched(
        account,
        ("generate", "STARTED"),
        ("generate", "INPROGRESS"),
        ("generate", "COMPLETE"),
        ("get", report(HEADER)),
    )
    assert len(pauses) == 2


@pytest.mark.parametrize("code", ["ReportNotPresent", "ReportExpired", "ReportInProgress"])
def test_one_that_is_gone_or_not_ready_is_made_again(account: Account, code: str) -> None:
    read, _ = fetched(
        account,
        ("generate", "COMPLETE"),
        ("get", code),
        ("generate", "STARTED"),
        ("generate", "COMPLETE"),
        ("get", report(HEADER, ANN)),
    )
    assert len(read.users) == 1


def test_one_that_never_comes_is_told(account: Account) -> None:
    with pytest.raises(NoReportError, match=r"AWS says INPROGRESS\. Try again"):
        fetched(account, *[("generate", "INPROGRESS")] * ATTEMPTS)


def test_one_with_other_columns_is_told(account: Account) -> None:
    with pytest.raises(InventoryError, match="'mfa_active' is missing"):
        fetched(
            account,
            ("generate", "COMPLETE"),
            ("get", report(HEADER.replace(",mfa_active", ""), ANN)),
        )
