"""The deployed function that answers CloudFormation for others, with functions that go wrong."""

from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import TRUST, Stack, zipped

pytestmark = pytest.mark.xdist_group("end-to-end")

RELAY = "orders-production-custom-resources"
USERS = "orders-production-main-users"
RAISES = "def handler(event, context): raise KeyError('hunter2')"
HANGS = "import time\ndef handler(event, context): time.sleep(60)"
ANSWERS_NONSENSE = "def handler(event, context): return {'Status': 'hunter2'}"
ECHOES = """
import json

def handler(event, context):
    data = {"Request": event["RequestType"], "Knows": str("ResponseURL" in event)}
    return {"Status": "SUCCESS", "PhysicalResourceId": "made", "Data": data}
"""


@pytest.fixture
def aws(deployed_aws, deployed_cdk):
    del deployed_cdk
    return deployed_aws


@pytest.fixture
def stack(aws, name):
    return Stack(aws, name)


@pytest.fixture
def maker(aws, name):
    """Deploy source as a function whose name lets it make custom resources; give its ARN."""
    made = []

    def deploy(source):
        function = f"orders-production-{name}-users"
        role = aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        created = aws.client("lambda").create_function(
            FunctionName=function,
            Runtime="python3.11",
            Role=role["Role"]["Arn"],
            Handler="code.handler",
            Code={"ZipFile": zipped(source)},
            Timeout=3,
        )
        made.append(function)
        return created["FunctionArn"]

    yield deploy
    for function in made:
        with suppress(ClientError):  # a test has deleted it
            aws.client("lambda").delete_function(FunctionName=function)


def relayed(aws, function):
    relay = aws.client("lambda").get_function_configuration(FunctionName=RELAY)["FunctionArn"]
    properties = {"ServiceToken": relay, "Function": function}
    return {"Custom": {"Type": "Custom::Thing", "Properties": properties}}


def test_the_user_was_made_without_a_way_to_answer(aws):
    endpoints = aws.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    assert [each["ServiceName"].rpartition(".")[2] for each in endpoints] == ["secretsmanager"]
    [run] = [
        each
        for each in aws.decisions
        if each["action"] == "lambda:InvokeFunction" and each["resource"].endswith(USERS)
    ]
    assert run["verdict"] == "allowed"
    assert RELAY in run["principal"] or "CustomResources" in run["principal"]


def test_a_function_makes_a_resource_and_never_sees_where_to_answer(aws, stack, maker):
    outputs = {each: {"Value": {"Fn::GetAtt": ["Custom", each]}} for each in ("Request", "Knows")}
    assert stack.deploy(relayed(aws, maker(ECHOES)), outputs) == "CREATE_COMPLETE", stack.reasons()
    assert stack.outputs() == {"Request": "Create", "Knows": "False"}
    assert stack.delete() == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (RAISES, "ended with KeyError"),
        (HANGS, "did not end within its time"),
        (ANSWERS_NONSENSE, "returned nothing that can be used"),
    ],
)
def test_a_function_that_goes_wrong_fails_the_deployment_by_its_name(
    aws, stack, maker, source, told
):
    function = maker(source)
    assert stack.deploy(relayed(aws, function)) == "ROLLBACK_FAILED", "nobody knows what is left"
    name = function.rpartition(":")[2]
    assert any(f"{name} {told}" in reason for reason in stack.reasons()), stack.reasons()
    assert "hunter2" not in str(stack.reasons())


def test_a_function_that_is_missing_fails_the_deployment_and_nothing_is_left(aws, stack, maker):
    missing = maker(ECHOES).replace("-users", "-more-users")
    assert stack.deploy(relayed(aws, missing)) == "ROLLBACK_COMPLETE"
    assert any("Deploy the stack that has it" in reason for reason in stack.reasons())


def test_a_resource_whose_function_is_gone_is_not_said_to_be_deleted(aws, stack, maker):
    function = maker(ECHOES)
    stack.deploy(relayed(aws, function))
    aws.client("lambda").delete_function(FunctionName=function)
    assert stack.delete() == "DELETE_FAILED"
    assert any("retain the resource in the deletion" in reason for reason in stack.reasons())
    assert stack.delete(RetainResources=["Custom"]) == "DELETE_COMPLETE"
