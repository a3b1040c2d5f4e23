"""The inventory finds the offenders that were planted, and nothing else."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from credential_rotation.command.inventory import Finding, Kind, take
from credential_rotation.command.inventory.command import main
from credential_rotation.command.inventory.credential_report import CredentialReport
from tests.command.inventory.conftest import ACCOUNT, POLICY, Account

DAYS_90 = timedelta(days=90)


def found(account: Account, longest: timedelta = DAYS_90) -> set[tuple[str, Kind, str]]:
    findings = take(account.iam, longest=longest).findings
    return {(each.user, each.kind, each.detail) for each in findings}


@pytest.fixture
def innocents(account: Account) -> Account:
    account.user("nobody")
    account.user("careful", console=True, mfa=True)
    account.key(account.user("fresh"), days=89.9)
    retired = account.user("retired")
    account.key(retired, days=400, used=False, status="Inactive")
    account.iam.create_group(GroupName="team")
    account.iam.put_group_policy(GroupName="team", PolicyName="p", PolicyDocument=POLICY)
    account.iam.add_user_to_group(GroupName="team", UserName=account.user("member"))
    account.key("member")
    account.key("member")
    account.user("a,comma=and@all.that-_")
    return account


def test_innocents_are_not_found(innocents: Account) -> None:
    assert found(innocents) == set()


def test_offenders_are_found_and_nobody_else(innocents: Account) -> None:
    account = innocents
    account.user("careless", console=True)
    old = account.key(account.user("old"), days=90.1)
    unused = account.key(account.user("unused"), used=False)
    account.attach(account.user("attached"))
    account.write(account.user("inlined"), "mine")
    all_at_once = account.user("all", console=True)
    account.key(all_at_once)
    worst = account.key(all_at_once, days=200, used=False)
    account.attach(all_at_once)
    assert found(account) == {
        ("careless", Kind.CONSOLE_WITHOUT_MFA, ""),
        ("old", Kind.OLD_KEY, f"made {old:%Y-%m-%d}, 90 days old"),
        ("unused", Kind.UNUSED_KEY, f"made {unused:%Y-%m-%d}"),
        ("attached", Kind.DIRECT_POLICY, "attached"),
        ("inlined", Kind.DIRECT_POLICY, "mine (inline)"),
        ("all", Kind.CONSOLE_WITHOUT_MFA, ""),
        ("all", Kind.OLD_KEY, f"made {worst:%Y-%m-%d}, 200 days old"),
        ("all", Kind.UNUSED_KEY, f"made {worst:%Y-%m-%d}"),
        ("all", Kind.DIRECT_POLICY, "all"),
    }


def test_the_limit_of_age_can_be_set(account: Account) -> None:
    account.key(account.user("old"), days=40)
    assert found(account) == set()
    assert {kind for _, kind, _ in found(account, timedelta(days=30))} == {Kind.OLD_KEY}


def test_a_finding_tells_the_arn(account: Account) -> None:
    account.iam.create_user(UserName="ann", Path="/people/")
    account.attach("ann")
    (finding,) = take(account.iam, longest=DAYS_90).findings
    arn = f"arn:aws:iam::{ACCOUNT}:user/people/ann"
    assert finding == Finding("ann", arn, Kind.DIRECT_POLICY, "ann")


def test_users_newer_than_the_report_are_named(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = CredentialReport(datetime.now(UTC), ())
    monkeypatch.setattr("credential_rotation.command.inventory.inventory.fetch", lambda _: empty)
    account.user("newcomer")
    assert main([]) == 0
    assert "Newer than the report: newcomer" in capsys.readouterr().out


def test_the_command_prints_a_table_and_says_that_something_was_found(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.user("nobody")
    assert main([]) == 0
    assert "inventory: 0 findings, 1 users" in capsys.readouterr().out
    account.key(account.user("legacy"), days=91)
    assert main([]) == 1
    output = capsys.readouterr().out
    assert "legacy" in output
    assert "old-key" in output
    assert "91 days old" in output
    assert "nobody" not in output
    assert main(["--max-key-days", "92"]) == 0


def test_the_command_prints_json(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    account.user("careless", console=True)
    assert main(["--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    arn = f"arn:aws:iam::{ACCOUNT}:user/careless"
    expected = {"user": "careless", "arn": arn, "kind": "console-without-mfa", "detail": ""}
    assert printed["findings"] == [expected]
    assert printed["users"] == 1
    assert printed["unreported"] == []
    assert printed["reported"].endswith("+00:00")


@pytest.mark.parametrize("days", ["0", "-1", "soon"])
def test_a_limit_that_is_none_is_refused(days: str) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--max-key-days", days])
    assert refused.value.code == 2


def test_without_credentials_the_command_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(variable)
    assert main([]) == 2
    told = capsys.readouterr().err
    assert "Unable to locate credentials" in told
    assert "Check the credentials" in told
