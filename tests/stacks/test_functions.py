from typing import Any

import pytest

from credential_rotation.functions import NETWORK_INTERFACE_ACTIONS
from tests.stacks.template import Template, text

RESERVED = ("AWS_", "LAMBDA_", "_HANDLER", "_X_AMZN_TRACE_ID", "TZ")


def functions(template: Template) -> dict[str, Any]:
    return {f["FunctionName"]: f for f in template.of("AWS::Lambda::Function").values()}


def test_the_functions_have_the_names_that_policies_and_people_know(template: Template) -> None:
    assert functions(template).keys() == {
        "orders-production-custom-resources",
        "orders-production-default-group",
        "orders-production-main-admin",
        "orders-production-main-alternating",
        "orders-production-main-consumer",
        "orders-production-main-users",
        "orders-production-watch",
    }


def test_the_functions_run_on_one_python_whatever_the_machine_has(template: Template) -> None:
    assert {f["Runtime"] for f in functions(template).values()} == {"python3.13"}


def test_a_function_has_a_role_of_its_own(template: Template) -> None:
    roles = [text(f["Role"]) for f in functions(template).values()]
    assert len(set(roles)) == len(roles)


def test_a_function_writes_to_its_own_log_and_no_other(template: Template) -> None:
    for name, function in functions(template).items():
        group = text(function["LoggingConfig"]["LogGroup"]).strip("<>")
        assert template.of("AWS::Logs::LogGroup")[group]["LogGroupName"] == f"/aws/lambda/{name}"
        beginning = group.split("LogGroup")[0]
        [writes] = [
            s
            for s in template.statements("AWS::IAM::ManagedPolicy", beginning)
            if s.actions[0].startswith("logs:")
        ]
        assert writes.actions == ["logs:CreateLogStream", "logs:PutLogEvents"]
        assert writes.resources == [f"<{group}.Arn>"]


def test_functions_are_traced(template: Template) -> None:
    assert {f["TracingConfig"]["Mode"] for f in functions(template).values()} == {"Active"}


def test_functions_run_in_both_zones_of_the_network(template: Template) -> None:
    outside = [name for name, f in functions(template).items() if "VpcConfig" not in f]
    assert set(outside) == {
        "orders-production-custom-resources",  # which talks to CloudFormation
        "orders-production-default-group",  # which talks to EC2's API
    }
    for name, function in functions(template).items():
        if name not in outside:
            assert len(function["VpcConfig"]["SubnetIds"]) == 2


def test_no_environment_variable_is_one_that_lambda_keeps_for_itself(template: Template) -> None:
    for function in functions(template).values():
        for name in function["Environment"]["Variables"]:
            assert not name.startswith(RESERVED)


def test_the_consumer_knows_the_secret_by_its_arn(template: Template) -> None:
    secret = template.name("AWS::SecretsManager::Secret", "MainLogin")
    variables = functions(template)["orders-production-main-consumer"]["Environment"]["Variables"]
    assert text(variables["SECRET_ID"]) == f"<{secret}>"


@pytest.mark.parametrize(
    "beginning", ["MainRotatorAlternating", "MainRotatorAdmin", "MainUsers", "MainConsumer"]
)
def test_network_interfaces_are_for_lambda_and_not_for_the_code(
    template: Template, beginning: str
) -> None:
    allow, deny = [
        s
        for s in template.statements("AWS::IAM::ManagedPolicy", beginning)
        if s.actions[0].startswith("ec2:")
    ]
    assert allow.actions == deny.actions == list(NETWORK_INTERFACE_ACTIONS)
    assert (allow.effect, deny.effect) == ("Allow", "Deny")
    [name] = [
        f["FunctionName"]
        for logical_id, f in template.of("AWS::Lambda::Function").items()
        if logical_id.startswith(beginning)
    ]
    source = text(deny.condition["ArnEquals"]["lambda:SourceFunctionArn"])
    assert source == f"arn:Partition:lambda:Region:AccountId:function:{name}"


def test_a_function_exists_no_longer_than_the_rights_to_its_interfaces(template: Template) -> None:
    for logical_id in template.of("AWS::Lambda::Function"):
        beginning = logical_id.rpartition("Function")[0]
        policy = template.name("AWS::IAM::ManagedPolicy", beginning)
        assert policy in template.waits_for(logical_id)


def test_a_custom_resource_that_does_not_answer_ends_in_minutes(template: Template) -> None:
    for kind in ("Custom::DatabaseUser", "Custom::ClosedSecurityGroup"):
        assert template.the(kind)["ServiceTimeout"] == "300"
