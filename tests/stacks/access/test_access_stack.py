import json
from typing import Any

import pytest

from local.aws.cloudformation.types import unknown_types
from tests.stacks.access.conftest import CONTRACTOR, EXTERNAL_ID, synthesize_people
from tests.stacks.template import Template, text

ROLES = {"auditor", "break-glass", "contractor", "rotation-operator"}
TYPES = {
    "AWS::Events::Rule",
    "AWS::IAM::Group",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::IAM::UserToGroupAddition",
}


def roles(template: Template) -> dict[str, Any]:
    return {
        each["RoleName"].removeprefix("orders-production-"): each
        for each in template.of("AWS::IAM::Role").values()
    }


def conditions_of_trust(role: Any) -> dict[str, Any]:
    [statement] = [
        each
        for each in role["AssumeRolePolicyDocument"]["Statement"]
        if each["Action"] == "sts:AssumeRole"
    ]
    return dict(statement["Condition"])


def test_the_stack_is_made_of_these_types_which_the_local_aws_knows(people: Template) -> None:
    assert {resource["Type"] for resource in people.resources.values()} == TYPES
    assert unknown_types(people.resources) == []


def test_a_role_lasts_an_hour_and_has_a_boundary(people: Template) -> None:
    assert roles(people).keys() == ROLES
    boundary = people.name("AWS::IAM::ManagedPolicy", "PeopleBoundary")
    for role in roles(people).values():
        assert role["MaxSessionDuration"] == 3600
        assert role["PermissionsBoundary"] == {"Ref": boundary}


@pytest.mark.parametrize("name", sorted(ROLES))
def test_a_role_is_taken_on_with_a_recent_mfa(people: Template, name: str) -> None:
    conditions = conditions_of_trust(roles(people)[name])
    assert conditions["Bool"] == {"aws:MultiFactorAuthPresent": "true"}
    assert conditions["NumericLessThan"] == {"aws:MultiFactorAuthAge": "3600"}


def test_a_session_bears_the_name_of_its_user(people: Template) -> None:
    for name in ROLES - {"contractor"}:
        equal = conditions_of_trust(roles(people)[name])["StringEquals"]
        assert equal == {"sts:RoleSessionName": "${aws:username}"}


def test_a_contractor_has_an_account_an_external_id_a_source_identity_and_an_end(
    people: Template, until: str
) -> None:
    role = roles(people)["contractor"]
    conditions = conditions_of_trust(role)
    assert conditions["StringEquals"] == {
        "sts:ExternalId": EXTERNAL_ID,
        "sts:SourceIdentity": "${aws:username}",
    }
    assert conditions["DateLessThan"] == {"aws:CurrentTime": f"{until}T00:00:00Z"}
    for statement in role["AssumeRolePolicyDocument"]["Statement"]:
        assert f"iam::{CONTRACTOR}:root" in text(statement["Principal"]["AWS"])


def test_a_contractor_s_rights_end_with_the_contract_too(people: Template, until: str) -> None:
    policy = people.the("AWS::IAM::ManagedPolicy", "ContractorPolicy")
    for statement in policy["PolicyDocument"]["Statement"]:
        end = {"DateLessThan": {"aws:CurrentTime": f"{until}T00:00:00Z"}}
        assert statement["Condition"] == end


def test_rights_are_a_group_s_or_a_role_s_and_never_a_user_s(people: Template) -> None:
    for policy in people.of("AWS::IAM::ManagedPolicy").values():
        assert "Users" not in policy
    attached = [each["ManagedPolicyArns"] for each in people.of("AWS::IAM::Group").values()]
    own = people.name("AWS::IAM::ManagedPolicy", "OwnCredentials")
    assert [{"Ref": own} in each and len(each) == 2 for each in attached] == [True] * 3


def test_members_are_those_who_are_named(people: Template) -> None:
    members = [each["Users"] for each in people.of("AWS::IAM::UserToGroupAddition").values()]
    assert members == [["anna", "albert"], ["otto"]]


def test_a_profile_has_all_that_the_cli_needs(people: Template) -> None:
    profiles = {name: text(each["Value"]) for name, each in people.raw["Outputs"].items()}
    assert profiles.keys() == {
        f"{name}Profile" for name in ("Auditor", "BreakGlass", "Contractor", "RotationOperator")
    }
    operator = profiles["RotationOperatorProfile"].splitlines()
    assert operator[0] == "[profile orders-production-rotation-operator]"
    assert {line.partition(" = ")[0] for line in operator[1:]} == {
        *("role_arn", "source_profile", "duration_seconds", "region", "mfa_serial"),
        "role_session_name",
    }
    assert f"external_id = {EXTERNAL_ID}" in profiles["ContractorProfile"].splitlines()


def test_the_stacks_come_and_go_without_each_other(
    people: Template, rotating: Template, artifacts: dict[str, Any]
) -> None:
    assert "Fn::ImportValue" not in json.dumps(people.raw)
    assert "Export" not in json.dumps(rotating.raw["Outputs"])
    names = [each.id for each in artifacts["orders-production-access"].dependencies]
    assert "orders-production" in names


def test_break_glass_is_admitted_by_the_application_s_secret_alone(rotating: Template) -> None:
    policies = rotating.of("AWS::SecretsManager::ResourcePolicy")
    admitting = [
        name
        for name, each in policies.items()
        if "role/orders-production-break-glass" in json.dumps(each)
    ]
    assert [name.startswith("MainLoginAppSecret") for name in admitting] == [True]


def test_without_people_nobody_but_functions_is_admitted(template: Template) -> None:
    assert "break-glass" not in json.dumps(template.raw)


def test_without_a_contractor_and_members_there_are_empty_groups() -> None:
    bare = Template(synthesize_people()["orders-production-access"].template)
    assert roles(bare).keys() == ROLES - {"contractor"}
    assert len(bare.of("AWS::IAM::Group")) == 3
    assert not bare.of("AWS::IAM::UserToGroupAddition")


def test_everything_that_can_be_is_tagged(people: Template) -> None:
    for kind in ("AWS::IAM::Role", "AWS::Events::Rule"):
        for each in people.of(kind).values():
            assert {"Key": "application", "Value": "orders"} in each["Tags"]
