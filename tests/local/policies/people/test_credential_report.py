"""The credential report has what AWS's has."""

import csv
from datetime import UTC, datetime, timedelta

from tests.local.policies.calling import refusal
from tests.local.policies.conftest import Aws
from tests.local.policies.documents import ACCOUNT, REGION
from tests.local.policies.people.person import Person


def rows(aws: Aws) -> dict[str, dict[str, str]]:
    iam = aws.client("iam")
    iam.generate_credential_report()
    answer = iam.get_credential_report()
    assert abs(answer["GeneratedTime"] - datetime.now(UTC)) < timedelta(minutes=1)
    lines = answer["Content"].decode().splitlines()
    return {row["user"]: row for row in csv.DictReader(lines)}


def test_it_tells_of_a_user(aws: Aws) -> None:
    person = Person(aws)
    before = rows(aws)[person.name]
    assert before["arn"] == person.arn
    assert before["mfa_active"] == before["password_enabled"] == "false"
    assert before["access_key_1_active"] == "true"
    assert before["access_key_1_last_used_date"] == "N/A"
    assert before["access_key_1_last_used_service"] == "N/A"
    assert before["access_key_2_active"] == "false"
    assert before["access_key_2_last_rotated"] == before["password_last_changed"] == "N/A"
    person.enrol()
    person.iam.create_login_profile(UserName=person.name, Password="p")
    refusal(person.client("secretsmanager").list_secrets)
    after = rows(aws)[person.name]
    assert after["mfa_active"] == after["password_enabled"] == "true"
    assert after["access_key_1_last_used_service"] == "secretsmanager"
    assert after["access_key_1_last_used_region"] == REGION
    used = datetime.fromisoformat(after["access_key_1_last_used_date"])
    assert abs(used - datetime.now(UTC)) < timedelta(minutes=1)


def test_it_tells_of_the_root_user(aws: Aws) -> None:
    root = rows(aws)["<root_account>"]
    assert root["arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    assert root["password_enabled"] == "not_supported"


def test_a_comma_in_a_name_is_kept(aws: Aws) -> None:
    name = f"{Person(aws).name},x"
    aws.client("iam").create_user(UserName=name)
    assert rows(aws)[name]["arn"].endswith(name)
