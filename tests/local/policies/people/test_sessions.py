"""Temporary credentials: how long they last, and what they are not for."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.local.policies.calling import refusal
from tests.local.policies.conftest import Aws
from tests.local.policies.documents import allow, deny, when
from tests.local.policies.people.conftest import in_seconds
from tests.local.policies.people.person import Person, credentials

MakeRole = Callable[..., str]
HOUR = 3600


def assume(client: Any, role: str, **more: Any) -> dict[str, Any]:
    answer = client.assume_role(RoleArn=role, RoleSessionName="me", **more)
    given: dict[str, Any] = answer["Credentials"]
    return given


def refused(client: Any, role: str, **more: Any) -> tuple[str, str]:
    return refusal(client.assume_role, RoleArn=role, RoleSessionName="me", **more)


@pytest.mark.parametrize(("asked", "lasts"), [(None, HOUR), (900, 900), (7200, 7200)])
def test_a_roles_session_lasts_as_long_as_asked(
    person: Person, role: MakeRole, asked: int | None, lasts: int
) -> None:
    more = {"DurationSeconds": asked} if asked else {}
    given = assume(person.client("sts"), role(MaxSessionDuration=7200), **more)
    assert in_seconds(given["Expiration"]) == pytest.approx(lasts, abs=30)


@pytest.mark.parametrize(
    ("longest", "asked", "told"),
    [
        (3600, 3601, "exceeds the MaxSessionDuration set for this role"),
        (43200, 43201, "Member must have value less than or equal to 43200"),
    ],
)
def test_but_no_longer_than_the_role_allows(
    person: Person, role: MakeRole, longest: int, asked: int, told: str
) -> None:
    arn = role(MaxSessionDuration=longest)
    code, message = refused(person.client("sts"), arn, DurationSeconds=asked)
    assert code == "ValidationError"
    assert told in message


def test_a_role_assumed_by_a_role_lasts_an_hour_at_most(
    aws: Aws, person: Person, role: MakeRole
) -> None:
    first, second = role(), role(MaxSessionDuration=43200)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow("sts:AssumeRole")]})
    aws.client("iam").put_role_policy(
        RoleName=first.rpartition("/")[2], PolicyName="p", PolicyDocument=policy
    )
    chained = person.client("sts", assume(person.client("sts"), first))
    code, message = refused(chained, second, DurationSeconds=HOUR + 1)
    assert code == "ValidationError"
    assert "1 hour session limit for roles assumed by role chaining" in message
    assert in_seconds(assume(chained, second)["Expiration"]) == pytest.approx(HOUR, abs=30)
    # A session of a user is no chain.
    assume(person.client("sts", person.session()), second, DurationSeconds=HOUR + 1)


@pytest.mark.parametrize(("asked", "lasts"), [(None, 43200), (900, 900), (129600, 129600)])
def test_a_users_session_lasts_as_long_as_asked(
    person: Person, asked: int | None, lasts: int
) -> None:
    more = {"DurationSeconds": asked} if asked else {}
    assert in_seconds(person.session(**more)["Expiration"]) == pytest.approx(lasts, abs=30)


def test_but_no_longer_than_a_day_and_a_half(person: Person) -> None:
    code, _ = refusal(person.client("sts").get_session_token, DurationSeconds=129601)
    assert code == "ValidationError"


def test_a_users_session_ends(person: Person, pass_time: Callable[..., None]) -> None:
    session = person.session(DurationSeconds=900)
    identity = person.client("sts", session).get_caller_identity()
    assert identity["Arn"] == person.arn
    pass_time(session, seconds=901)
    code, _ = refusal(person.client("sts", session).get_caller_identity)
    assert code == "ExpiredToken"


def test_a_users_session_has_the_users_policies(person: Person) -> None:
    session = person.session()
    list_secrets = person.client("secretsmanager", session).list_secrets
    assert refusal(list_secrets)[0] == "AccessDeniedException"
    person.allow(allow("secretsmanager:ListSecrets"))
    list_secrets()


def test_a_users_session_makes_no_call_of_iam_without_mfa(person: Person) -> None:
    person.allow(allow("iam:*"))
    code, _ = refusal(person.client("iam", person.session()).get_user)
    assert code == "InvalidClientTokenId"
    with_mfa = person.session(**person.device.shown())
    assert person.client("iam", with_mfa).get_user()["User"]["Arn"] == person.arn


def test_a_users_session_only_assumes_roles_and_tells_who_it_is(
    person: Person, role: MakeRole
) -> None:
    person.allow(allow("*"))
    client = person.client("sts", person.session(**person.device.shown()))
    client.get_caller_identity()
    assume(client, role())
    for call, arguments in {
        client.get_session_token: {},
        client.get_federation_token: {"Name": "ann"},
        client.get_access_key_info: {"AccessKeyId": person.key["AccessKeyId"]},
    }.items():
        code, message = refusal(call, **arguments)
        assert code == "AccessDenied"
        assert "with session credentials" in message


def test_a_roles_session_gets_no_users_session(person: Person, role: MakeRole) -> None:
    client = person.client("sts", assume(person.client("sts"), role()))
    _, message = refusal(client.get_session_token)
    assert message == "Cannot call GetSessionToken with session credentials"


def test_a_session_needs_no_permission_but_can_be_denied(aws: Aws) -> None:
    person = Person(aws)
    person.session()
    without = when("BoolIfExists", "aws:MultiFactorAuthPresent", "false")
    person.allow(deny("sts:GetSessionToken", **without))
    code, message = refusal(person.client("sts").get_session_token)
    assert code == "AccessDenied"
    assert message.endswith("with an explicit deny in an identity-based policy")
    person.enrol()
    person.session(**person.device.shown())


def test_a_policy_on_mfa_counts_for_the_calls_of_a_session(person: Person) -> None:
    mfa = when("Bool", "aws:MultiFactorAuthPresent", "true")
    person.allow(allow("secretsmanager:ListSecrets", **mfa))
    for given in (person.key, person.session()):
        assert refusal(person.client("secretsmanager", given).list_secrets)
    session = person.session(**person.device.shown())
    person.client("secretsmanager", session).list_secrets()


def test_the_accounts_own_credentials_get_no_session(aws: Aws) -> None:
    assert "with a user's keys" in refusal(aws.client("sts").get_session_token)[1]
    identity = aws.client("sts").get_caller_identity()
    assert identity["Arn"] == f"arn:aws:iam::{identity['Account']}:root"


def test_a_session_of_a_deleted_user_is_refused(person: Person) -> None:
    session = person.session()
    person.iam.deactivate_mfa_device(UserName=person.name, SerialNumber=person.device.serial_number)
    person.iam.delete_access_key(UserName=person.name, AccessKeyId=person.key["AccessKeyId"])
    person.iam.delete_user_policy(UserName=person.name, PolicyName="own")
    person.iam.delete_user(UserName=person.name)
    code, _ = refusal(person.client("sts", session).get_caller_identity)
    assert code == "InvalidClientTokenId"


def test_a_session_policy_narrows_a_role(aws: Aws, person: Person, role: MakeRole) -> None:
    arn = role()
    policy = {"Version": "2012-10-17", "Statement": [allow("iam:*")]}
    aws.client("iam").put_role_policy(
        RoleName=arn.rpartition("/")[2], PolicyName="p", PolicyDocument=json.dumps(policy)
    )
    narrow = {"Version": "2012-10-17", "Statement": [allow("iam:ListUsers")]}
    given = assume(person.client("sts"), arn, Policy=json.dumps(narrow))
    client = aws.client("iam", credentials(given))
    client.list_users()
    assert "because no session policy" in refusal(client.generate_credential_report)[1]
