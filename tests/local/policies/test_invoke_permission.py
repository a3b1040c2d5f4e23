"""Whether Secrets Manager may invoke a function."""

import json

import pytest
from moto.awslambda.models import LambdaFunction, lambda_backends

from local.policies import Decision, Evaluator, Layer, Policy, may_invoke
from local.policies.functions import function_policy

from .conftest import Aws
from .documents import ACCOUNT, FUNCTION, REGION, SECRET, allow, policy

SERVICE = "secretsmanager.amazonaws.com"


def decide(
    evaluator: Evaluator, own: Policy | None, source: str = SECRET, account: str = ACCOUNT
) -> Decision:
    return may_invoke(
        evaluator,
        function_arn=FUNCTION,
        policy=own,
        service=SERVICE,
        source_arn=source,
        source_account=account,
    )


def permission(**condition: object) -> Policy:
    statement = allow("lambda:InvokeFunction", FUNCTION, Principal={"Service": SERVICE})
    return policy(statement | ({"Condition": condition} if condition else {}))


def test_a_function_without_a_policy_is_invoked_by_nobody(evaluator: Evaluator) -> None:
    decision = decide(evaluator, None)
    assert decision.refused_by is Layer.RESOURCE
    assert str(decision).endswith(
        "because no resource-based policy allows the lambda:InvokeFunction action"
    )


def test_a_permission_for_the_service_is_enough(evaluator: Evaluator) -> None:
    assert decide(evaluator, permission()).allowed


def test_a_permission_for_another_service_is_not(evaluator: Evaluator) -> None:
    other = policy(
        allow("lambda:InvokeFunction", FUNCTION, Principal={"Service": "s3.amazonaws.com"})
    )
    assert not decide(evaluator, other).allowed


@pytest.mark.parametrize(
    ("source", "account", "allowed"),
    [
        (SECRET, ACCOUNT, True),
        (f"{SECRET}x", ACCOUNT, False),
        (SECRET, "210987654321", False),
        (SECRET.replace(ACCOUNT, "210987654321"), "210987654321", False),
    ],
)
def test_source_arn_and_account_keep_confused_deputies_out(
    evaluator: Evaluator, source: str, account: str, *, allowed: bool
) -> None:
    own = permission(StringEquals={"aws:SourceAccount": ACCOUNT}, ArnLike={"aws:SourceArn": SECRET})
    assert decide(evaluator, own, source, account).allowed is allowed


@pytest.fixture
def function(aws: Aws) -> LambdaFunction:
    """A function whose policy came through moto."""
    role = aws.client("iam").create_role(RoleName="invoked", AssumeRolePolicyDocument="{}")
    aws.client("lambda").create_function(
        FunctionName="rotation",
        Runtime="python3.11",
        Role=role["Role"]["Arn"],
        Handler="a.b",
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
    )
    return lambda_backends[ACCOUNT][REGION].get_function("rotation")


def test_the_policy_that_moto_keeps_is_understood(
    evaluator: Evaluator, aws: Aws, function: LambdaFunction
) -> None:
    add = aws.client("lambda").add_permission
    try:
        assert function_policy(function) is None
        add(
            FunctionName="rotation",
            StatementId="one",
            Action="lambda:InvokeFunction",
            Principal=SERVICE,
            SourceAccount=ACCOUNT,
            SourceArn=SECRET,
        )
        own = function_policy(function)
        assert decide(evaluator, own).allowed
        assert not decide(evaluator, own, f"{SECRET}x").allowed
    finally:
        aws.client("lambda").delete_function(FunctionName="rotation")
        aws.client("iam").delete_role(RoleName="invoked")


def test_a_permission_of_a_template_is_understood(
    evaluator: Evaluator, aws: Aws, function: LambdaFunction
) -> None:
    try:
        function.policy.add_statement(
            json.dumps(
                {
                    "Action": "lambda:InvokeFunction",
                    "FunctionName": FUNCTION,
                    "Principal": SERVICE,
                    "SourceAccount": ACCOUNT,
                    "SourceArn": SECRET,
                }
            )
        )
        assert decide(evaluator, function_policy(function)).allowed
    finally:
        aws.client("lambda").delete_function(FunctionName="rotation")
        aws.client("iam").delete_role(RoleName="invoked")
