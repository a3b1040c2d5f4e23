"""How a template is read: nothing that is not understood passes."""

from typing import Any

import pytest

from local.policies import Layer
from security.deployment import Deployment
from security.documents import Place, read_documents
from security.errors import ProofError
from security.identifiers import Identifiers
from security.intrinsics import evaluate
from security.parts import Parts
from security.synthesis import Synthesis


def lookup(name: str, attribute: str | None) -> str:
    return f"<{name}.{attribute}>" if attribute else f"<{name}>"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Key"}, "<Key>"),
        ({"Fn::GetAtt": ["Key", "Arn"]}, "<Key.Arn>"),
        ({"Fn::Join": [":", ["arn", {"Ref": "AWS::Region"}]]}, "arn:<AWS::Region>"),
        ({"Fn::Sub": "a-${AWS::AccountId}-${Key.Arn}-b"}, "a-<AWS::AccountId>-<Key.Arn>-b"),
        ({"Fn::Select": [1, {"Fn::Split": ["-", "eu-west-1"]}]}, "west"),
        ({"Action": ["a", {"Ref": "B"}], "On": True}, {"Action": ["a", "<B>"], "On": True}),
    ],
)
def test_intrinsic_functions_are_evaluated(value: Any, expected: Any) -> None:
    assert evaluate(value, lookup) == expected


def test_an_unknown_function_is_refused() -> None:
    with pytest.raises(ProofError, match="Fn::FindInMap is not understood"):
        evaluate({"Fn::FindInMap": ["a", "b", "c"]}, lookup)


def test_an_unknown_reference_is_refused() -> None:
    ids = Identifiers("stack", {"Queue": {"Type": "AWS::SQS::Queue"}})
    with pytest.raises(ProofError, match=r"Arn of Queue \(AWS::SQS::Queue\)"):
        ids.lookup("Queue", "Arn")


def test_an_inline_policy_is_refused() -> None:
    with pytest.raises(ProofError, match="inline"):
        read_documents(Identifiers("stack", {"P": {"Type": "AWS::IAM::Policy"}}))


def role_with(**statement: Any) -> dict[str, Any]:
    policy = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", **statement}]}
    return {
        "Role00000000": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": policy},
        }
    }


@pytest.mark.parametrize("element", ["NotAction", "NotPrincipal", "NotResource"])
def test_a_statement_by_exception_is_refused(element: str) -> None:
    with pytest.raises(ProofError, match=element):
        read_documents(Identifiers("stack", role_with(**{element: "x"})))


@pytest.mark.parametrize("action", ["*", "kms:*", "s3:Get*", "ec2:Describe?pcs"])
def test_an_action_with_a_wildcard_is_refused(action: str) -> None:
    with pytest.raises(ProofError, match="wildcard"):
        read_documents(Identifiers("stack", role_with(Action=action)))


def test_a_part_that_is_not_there_is_refused(made: Synthesis) -> None:
    parts = Parts(Identifiers("stack", {}), made.settings)
    for find in (parts.role, parts.function):
        with pytest.raises(ProofError, match="There is no"):
            find("absent")


def test_every_policy_of_the_stack_is_read(deployment: Deployment) -> None:
    for role in deployment.parts.of("AWS::IAM::Role"):
        arn = deployment.parts.ids.lookup(role, "Arn")
        assert {Place(Layer.IDENTITY, arn), Place(Layer.TRUST, arn)} <= deployment.documents.keys()
    for key in deployment.parts.key_arns():
        assert Place(Layer.KEY, key) in deployment.documents
    for secret in ("main/app", "main/admin"):
        assert Place(Layer.RESOURCE, deployment.parts.secret(secret)) in deployment.documents
    assert Place(Layer.ENDPOINT, "secretsmanager") in deployment.documents
