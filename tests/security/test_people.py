"""The proof of the stack for people, and of versions of it that are wrong."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from moto.events.models import EventPattern

from local.policies import Evaluator, Layer
from security.controls import unsatisfied
from security.deployment import Deployment
from security.documents import Place, read_documents
from security.errors import ProofError
from security.identifiers import Identifiers
from security.joined import joined
from security.people import Staff
from security.people.controls import CONTROLS
from security.people.table import decisions
from security.proof import Proof
from security.synthesis import Synthesis
from security.template_lint import lint_template
from security.wildcards import wildcards
from tests.security.events import call, read, session

pytestmark = pytest.mark.xdist_group("security")

Statement = dict[str, Any]
Prove = Callable[[Deployment], Proof]


@pytest.fixture(scope="module")
def people(staffed: Synthesis) -> Deployment:
    return Deployment.of(staffed.settings, staffed.with_people())


@pytest.fixture(scope="module")
def prove(evaluator: Evaluator, staffed: Synthesis) -> Prove:
    return lambda deployment: Proof.of_people(evaluator, deployment, settings=staffed.settings)


@pytest.fixture(scope="module")
def proof(prove: Prove, people: Deployment) -> Proof:
    return prove(people)


def test_everything_that_people_are_for_is_allowed(proof: Proof) -> None:
    assert len(proof.needed) > 80
    assert [each for each in proof.needed if each.surprising] == []


def test_everything_else_is_refused_by_the_layers_that_should(proof: Proof) -> None:
    assert len(proof.attacked) > 340
    assert [each for each in proof.attacked if each.surprising] == []


def test_each_action_condition_and_value_is_needed(proof: Proof) -> None:
    assert len(proof.removals) > 160
    assert {each.kind for each in proof.removals} == {
        *("action", "condition", "resource", "statement", "value")
    }
    assert [str(each) for each in proof.survivors] == []


def test_no_tool_finds_anything(staffed: Synthesis, people: Deployment) -> None:
    assert staffed.findings == ()
    assert lint_template(staffed.people) == []
    assert [each.sid for each in wildcards(people.documents) if not each.reason] == []


def changed(
    deployment: Deployment, layer: Layer, owner: str, change: Callable[[Statement], Statement]
) -> Deployment:
    """Change each statement of the policy of a kind whose owner ends so."""
    [place] = [
        each
        for each in deployment.documents
        if each == Place(layer, each.owner) and each.owner.endswith(owner)
    ]
    document = deployment.documents[place]
    statements = [change(copy.deepcopy(dict(each))) for each in document["Statement"]]
    return deployment.with_document(place, {**document, "Statement": statements})


def without(operator: str, key: str) -> Callable[[Statement], Statement]:
    def change(statement: Statement) -> Statement:
        statement["Condition"].get(operator, {}).pop(key, None)
        statement["Condition"] = {k: v for k, v in statement["Condition"].items() if v}
        return statement

    return change


@pytest.mark.parametrize("role", ["break-glass", "contractor"])
@pytest.mark.parametrize(
    ("operator", "key", "what"),
    [
        ("Bool", "aws:MultiFactorAuthPresent", "take the role on with an age of MFA alone"),
        (
            "NumericLessThan",
            "aws:MultiFactorAuthAge",
            "take the role on with an MFA of an hour ago",
        ),
    ],
)
def test_a_role_without_its_demand_for_mfa_is_found(
    prove: Prove, people: Deployment, role: str, operator: str, key: str, what: str
) -> None:
    opened = changed(people, Layer.TRUST, f"role/orders-production-{role}", without(operator, key))
    assert what in odd(prove(opened))


@pytest.mark.parametrize(
    ("operator", "key", "what"),
    [
        ("StringEquals", "sts:ExternalId", "take the role on for another customer"),
        ("StringEquals", "sts:SourceIdentity", "take the role on without a source identity"),
        ("DateLessThan", "aws:CurrentTime", "take the role on after the contract"),
    ],
)
def test_a_contract_without_one_of_its_terms_is_found(
    prove: Prove, people: Deployment, operator: str, key: str, what: str
) -> None:
    opened = changed(people, Layer.TRUST, "-contractor", without(operator, key))
    assert what in odd(prove(opened))


def test_an_auditor_who_may_read_is_found(prove: Prove, people: Deployment) -> None:
    def read_too(statement: Statement) -> Statement:
        if statement["Sid"] == "SeeRotation":
            statement["Action"] += ["secretsmanager:GetSecretValue"]
        return statement

    opened = changed(people, Layer.IDENTITY, "role/orders-production-auditor", read_too)
    assert "read a login's password in use" in odd(prove(opened))


def test_a_way_around_mfa_is_found(prove: Prove, people: Deployment) -> None:
    def let(statement: Statement) -> Statement:
        if "NotAction" in statement:
            statement["NotAction"] += ["iam:CreateAccessKey"]
        return statement

    opened = changed(people, Layer.IDENTITY, "group/orders-production-auditors", let)
    proof = prove(opened)
    assert "make a second key, with a stolen one" in odd(proof)


def odd(proof: Proof) -> set[str]:
    return {each.intent.what for each in proof.attacked if each.surprising}


def test_the_table_has_a_verdict_for_every_role(
    proof: Proof, people: Deployment, staffed: Synthesis
) -> None:
    staff = Staff(people.parts, staffed.settings.access)
    table = decisions([*proof.needed, *proof.attacked], staff)
    cells = [list(column.cells) for column in table.columns]
    rows = dict(zip(cells[0], zip(*cells[1:], strict=True), strict=True))
    assert [bool(cell) for cell in rows["take the role on without MFA"]] == [True] * 4
    reads = rows["read a login's password in use"]
    assert [cell == "[green]allowed[/]" for cell in reads] == [False, False, True, False]
    assert set(rows["ask for a session of two hours"]) == {"[dim]STS: 3600 s at most[/]"}
    assert not [each for each in cells[0] if not any(rows[each])]


@pytest.fixture
def template(staffed: Synthesis) -> Any:
    return copy.deepcopy(dict(staffed.with_people()))


def broken(staffed: Synthesis, template: Mapping[str, Any]) -> list[str]:
    return unsatisfied(Deployment.of(staffed.settings, template), CONTROLS)


def test_the_controls_about_people_are_satisfied(staffed: Synthesis, people: Deployment) -> None:
    assert len(CONTROLS) > 5
    assert unsatisfied(people, CONTROLS) == []


def test_a_longer_session_breaks_its_control(staffed: Synthesis, template: Any) -> None:
    role = next(
        each
        for name, each in template["Resources"].items()
        if name.startswith("BreakGlassR") and each["Type"] == "AWS::IAM::Role"
    )
    role["Properties"]["MaxSessionDuration"] = 43200
    assert broken(staffed, template) == ["NIST AC-12"]


def test_a_user_with_a_policy_breaks_its_control(staffed: Synthesis, template: Any) -> None:
    policy = next(
        each for each in template["Resources"].values() if each["Type"] == "AWS::IAM::ManagedPolicy"
    )
    policy["Properties"]["Users"] = ["anna"]
    assert broken(staffed, template) == ["IAM.2, CIS 1.15"]


def test_a_group_without_the_denial_breaks_its_control(staffed: Synthesis, template: Any) -> None:
    group = next(
        each for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Group"
    )
    group["Properties"]["ManagedPolicyArns"].pop(0)
    assert broken(staffed, template) == ["IAM.5, CIS 1.10"]


def group_with(*statements: Statement, **properties: Any) -> Identifiers:
    policy = {"PolicyDocument": {"Statement": list(statements)}}
    group = {"GroupName": "people", "ManagedPolicyArns": [{"Ref": "Policy"}], **properties}
    return Identifiers(
        "stack",
        {
            "Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": policy},
            "Group": {"Type": "AWS::IAM::Group", "Properties": group},
        },
    )


BUT_FEW = {"Effect": "Deny", "NotAction": "iam:GetUser", "Resource": "*"}


@pytest.mark.parametrize(
    "statement",
    [
        {**BUT_FEW, "Sid": "Another"},
        {**BUT_FEW, "Sid": "NothingElseWithoutMfa", "Effect": "Allow"},
        {**BUT_FEW, "Sid": "NothingElseWithoutMfa", "NotAction": "iam:*"},
    ],
)
def test_all_but_is_said_by_one_denial_alone(statement: Statement) -> None:
    read_documents(group_with({**BUT_FEW, "Sid": "NothingElseWithoutMfa"}))
    with pytest.raises(ProofError, match=r"NotAction|wildcard"):
        read_documents(group_with(statement))


def test_an_inline_policy_of_a_group_is_refused() -> None:
    with pytest.raises(ProofError, match="inline"):
        read_documents(group_with(Policies=[]))


def test_a_policy_that_is_attached_to_nothing_is_refused() -> None:
    ids = group_with({**BUT_FEW, "Sid": "NothingElseWithoutMfa"})
    ids.resources["Group"]["Properties"]["ManagedPolicyArns"] = []
    with pytest.raises(ProofError, match="Policy is attached to nothing"):
        read_documents(ids)


def test_templates_are_joined_by_their_outputs() -> None:
    reads = {"Fn::GetStackOutput": {"StackName": "a", "OutputName": "Name"}}
    first = {"Resources": {"A": {}}, "Outputs": {"Name": {"Value": {"Ref": "A"}}}}
    assert joined(first, {"Resources": {"B": {"Of": [reads]}}})["Resources"] == {
        "A": {},
        "B": {"Of": [{"Ref": "A"}]},
    }
    with pytest.raises(ProofError, match="the output Name"):
        joined({**first, "Outputs": {}}, {"Resources": {"B": reads}})
    with pytest.raises(ProofError, match="same name: A"):
        joined(first, {"Resources": {"A": {}}})


@pytest.fixture(scope="module")
def told(staffed: Synthesis, people: Deployment) -> Callable[[Any], bool]:
    """Whether the rule on break-glass tells of an event."""
    name = f"{staffed.settings.prefix}-break-glass"
    [rule] = [
        each for each in people.parts.of("AWS::Events::Rule").values() if each["Name"] == name
    ]
    assert rule["State"] == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    [target] = rule["Targets"]
    assert people.parts.ids.resolve(target["Arn"]) == people.parts.topic()[0]
    pattern = people.parts.ids.resolve(rule["EventPattern"])
    return lambda event: bool(EventPattern(None, pattern).matches_event(event))


def test_break_glass_rings_when_it_is_taken_on_and_when_it_reads(
    told: Callable[[Any], bool], people: Deployment
) -> None:
    role = people.parts.person_role("break-glass").role_arn
    parameters = {"roleArn": role, "roleSessionName": "bea"}
    assert told(call("sts", "AssumeRole", parameters))
    assert told(call("sts", "AssumeRole", parameters, errorCode="AccessDenied"))
    assert told(read("orders/production/main/app", userIdentity=session(role)))


def test_other_roles_do_not_ring(told: Callable[[Any], bool], people: Deployment) -> None:
    role = people.parts.person_role("auditor").role_arn
    assert not told(call("sts", "AssumeRole", {"roleArn": role}))
    assert not told(read("orders/production/main/app", userIdentity=session(role)))
