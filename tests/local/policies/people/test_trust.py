"""A role is assumed as its trust policy says."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.local.policies.calling import refusal
from tests.local.policies.conftest import Aws
from tests.local.policies.documents import ACCOUNT, allow, when
from tests.local.policies.people.person import Person, credentials

WITH_MFA = when("Bool", "aws:MultiFactorAuthPresent", "true")
RECENT = when("NumericLessThan", "aws:MultiFactorAuthAge", "3600")
NO_TRUST = "because no role trust policy allows the sts:AssumeRole action"

MakeRole = Callable[..., str]


def assume(client: Any, role: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.assume_role(RoleArn=role, RoleSessionName="me", **more)
    return answer


def refused(client: Any, role: str, **more: Any) -> tuple[str, str]:
    return refusal(client.assume_role, RoleArn=role, RoleSessionName="me", **more)


@pytest.fixture
def with_mfa(role: MakeRole) -> str:
    """A role that wants MFA of the last hour."""
    return role(WITH_MFA, RECENT)


def test_with_a_code_in_the_call(person: Person, with_mfa: str) -> None:
    given = assume(person.client("sts"), with_mfa, **person.device.shown())
    identity = person.client("sts", given["Credentials"]).get_caller_identity()
    name = with_mfa.rpartition("/")[2]
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/me"
    assert identity["Arn"] == given["AssumedRoleUser"]["Arn"]


def test_not_without_a_code(person: Person, with_mfa: str) -> None:
    code, message = refused(person.client("sts"), with_mfa)
    assert code == "AccessDenied"
    assert message.endswith(NO_TRUST)


def test_not_with_a_wrong_or_a_used_code(person: Person, role: MakeRole, with_mfa: str) -> None:
    shown = person.device.shown()
    code, message = refused(person.client("sts"), with_mfa, **shown | {"TokenCode": "000000"})
    assert code == "AccessDenied"
    assert "invalid MFA one time pass code" in message
    assume(person.client("sts"), with_mfa, **shown)
    assert "invalid MFA one time pass code" in refused(person.client("sts"), with_mfa, **shown)[1]
    # Even where nobody asks for a code, a wrong one is refused.
    code, _ = refused(person.client("sts"), role(), **shown)
    assert code == "AccessDenied"


def test_from_a_session_with_mfa(person: Person, with_mfa: str) -> None:
    session = person.session(**person.device.shown())
    assume(person.client("sts", session), with_mfa)
    assume(person.client("sts", session), with_mfa)


def test_not_from_a_session_without_mfa(person: Person, with_mfa: str) -> None:
    assert refused(person.client("sts", person.session()), with_mfa)[1].endswith(NO_TRUST)


def test_not_from_a_session_whose_mfa_is_too_old(
    person: Person, role: MakeRole, with_mfa: str, pass_time: Callable[..., None]
) -> None:
    session = person.session(**person.device.shown())
    pass_time(session, seconds=3590)
    assume(person.client("sts", session), with_mfa)
    pass_time(session, seconds=11)
    assert refused(person.client("sts", session), with_mfa)[1].endswith(NO_TRUST)
    assume(person.client("sts", session), role(WITH_MFA))


def test_a_roles_session_carries_no_mfa(aws: Aws, person: Person, with_mfa: str) -> None:
    name = with_mfa.rpartition("/")[2]
    policy = json.dumps(
        {"Version": "2012-10-17", "Statement": [allow("iam:ListUsers", **WITH_MFA)]}
    )
    aws.client("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy)
    given = assume(person.client("sts"), with_mfa, **person.device.shown())
    code, _ = refusal(person.client("iam", given["Credentials"]).list_users)
    assert code == "AccessDenied"


def test_an_external_id_must_be_the_right_one(person: Person, role: MakeRole) -> None:
    ours = role(when("StringEquals", "sts:ExternalId", "ours"))
    assert refused(person.client("sts"), ours)[1].endswith(NO_TRUST)
    assert refused(person.client("sts"), ours, ExternalId="theirs")[1].endswith(NO_TRUST)
    assume(person.client("sts"), ours, ExternalId="ours")


def test_a_source_identity_must_be_allowed_and_as_asked(person: Person, role: MakeRole) -> None:
    both = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    named = role(when("StringEquals", "sts:SourceIdentity", "ann"), action=both)
    assert assume(person.client("sts"), named, SourceIdentity="ann")["SourceIdentity"] == "ann"
    assert refused(person.client("sts"), named)[0] == "AccessDenied"
    assert refused(person.client("sts"), named, SourceIdentity="bob")[0] == "AccessDenied"
    _, message = refused(person.client("sts"), role(), SourceIdentity="ann")
    assert message.endswith("because no role trust policy allows the sts:SetSourceIdentity action")


def test_whoever_sets_a_source_identity_needs_the_right_to(aws: Aws, role: MakeRole) -> None:
    both = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    person = Person(aws, allow("sts:AssumeRole"))
    code, message = refused(person.client("sts"), role(action=both), SourceIdentity="ann")
    assert code == "AccessDenied"
    assert "sts:SetSourceIdentity" in message


def test_a_source_identity_stays_through_a_chain_of_roles(
    aws: Aws, person: Person, role: MakeRole
) -> None:
    both = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    first, second = role(action=both), role(action=both)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow(both)]})
    aws.client("iam").put_role_policy(
        RoleName=first.rpartition("/")[2], PolicyName="p", PolicyDocument=policy
    )
    given = assume(person.client("sts"), first, SourceIdentity="ann")["Credentials"]
    chained = person.client("sts", given)
    assert assume(chained, second)["SourceIdentity"] == "ann"
    assert assume(chained, second, SourceIdentity="ann")["SourceIdentity"] == "ann"
    assert refused(chained, second, SourceIdentity="bob")[0] == "AccessDenied"
    assert refused(chained, role())[1].endswith("allows the sts:SetSourceIdentity action")


def test_the_source_identity_is_known_to_the_sessions_policies(
    aws: Aws, person: Person, role: MakeRole
) -> None:
    named = role(action=["sts:AssumeRole", "sts:SetSourceIdentity"])
    statement = allow("iam:ListUsers", **when("StringEquals", "aws:SourceIdentity", "ann"))
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.client("iam").put_role_policy(
        RoleName=named.rpartition("/")[2], PolicyName="p", PolicyDocument=policy
    )
    for said, allowed in {"ann": True, "bob": False}.items():
        given = assume(person.client("sts"), named, SourceIdentity=said)["Credentials"]
        list_users = person.client("iam", given).list_users
        if allowed:
            list_users()
        else:
            refusal(list_users)


def test_tags_of_a_session_must_be_allowed_and_count(
    aws: Aws, person: Person, role: MakeRole
) -> None:
    tags = [{"Key": "team", "Value": "orders"}]
    _, message = refused(person.client("sts"), role(), Tags=tags)
    assert message.endswith("because no role trust policy allows the sts:TagSession action")
    tagged = role(
        when("StringEquals", "aws:RequestTag/team", "orders"),
        action=["sts:AssumeRole", "sts:TagSession"],
    )
    statement = allow("iam:ListUsers", **when("StringEquals", "aws:PrincipalTag/team", "orders"))
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.client("iam").put_role_policy(
        RoleName=tagged.rpartition("/")[2], PolicyName="p", PolicyDocument=policy
    )
    given = assume(person.client("sts"), tagged, Tags=tags)["Credentials"]
    person.client("iam", given).list_users()
    other = [{"Key": "team", "Value": "payments"}]
    assert refused(person.client("sts"), tagged, Tags=other)[0] == "AccessDenied"


def test_a_user_of_another_account_needs_both_sides(aws: Aws, role: MakeRole) -> None:
    theirs = "999988887777"
    admin = aws.client("iam")
    admin.meta.events.register(
        "before-sign", lambda request, **_: request.headers.add_header("x-moto-account-id", theirs)
    )
    admin.create_user(UserName="contractor")
    key = admin.create_access_key(UserName="contractor")["AccessKey"]
    client = aws.client("sts", credentials(key))
    assert client.get_caller_identity()["Arn"] == f"arn:aws:iam::{theirs}:user/contractor"
    trusting = role(
        when("StringEquals", "sts:ExternalId", "ours"), principal=f"arn:aws:iam::{theirs}:root"
    )
    assert refused(client, trusting, ExternalId="ours")[0] == "AccessDenied"
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow("sts:AssumeRole", trusting)]})
    admin.put_user_policy(UserName="contractor", PolicyName="p", PolicyDocument=policy)
    given = assume(client, trusting, ExternalId="ours")["Credentials"]
    arn = aws.client("sts", credentials(given)).get_caller_identity()["Arn"]
    assert arn.startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/")
    assert refused(client, trusting, ExternalId="other")[1].endswith(NO_TRUST)
    assert refused(client, role(), ExternalId="ours")[1].endswith(NO_TRUST)


def test_nobody_gets_into_another_account_by_a_header(aws: Aws, person: Person) -> None:
    client = person.client("sts")
    client.meta.events.register(
        "before-sign",
        lambda request, **_: request.headers.add_header("x-moto-account-id", "1" * 12),
    )
    assert client.get_caller_identity()["Account"] == ACCOUNT
