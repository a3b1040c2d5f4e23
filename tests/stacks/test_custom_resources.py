"""What answers CloudFormation for functions in the network, in the template."""

import zipfile

from credential_rotation.bundle import Bundle
from custom_resource import inner
from tests.stacks.template import Template, text

KINDS = ("Custom::DatabaseUser", "Custom::FirstToken")
RELAY = "orders-production-custom-resources"


def test_functions_that_make_resources_are_called_by_the_one_that_answers(whole: Template) -> None:
    relay = whole.name("AWS::Lambda::Function", "PlatformCustomResources")
    makers = set[str]()
    for kind in KINDS:
        resource = whole.the(kind)
        assert text(resource["ServiceToken"]) == f"<{relay}.Arn>"
        makers.add(text(resource["Function"]).rpartition(":")[2])
    functions = {each["FunctionName"] for each in whole.of("AWS::Lambda::Function").values()}
    assert makers <= functions
    assert makers == {
        "orders-production-access-key-users",
        "orders-production-main-users",
    }


def test_it_may_invoke_what_is_named_as_they_are_and_nothing_else(template: Template) -> None:
    invocations = [
        s
        for s in template.statements("AWS::IAM::ManagedPolicy")
        if "lambda:InvokeFunction" in s.actions
    ]
    pattern = "arn:Partition:lambda:Region:AccountId:function:orders-production-*-users"
    assert [s.resources for s in invocations] == [[pattern], [pattern]], "its own, the boundary's"
    own = template.statements("AWS::IAM::ManagedPolicy", "PlatformCustomResources")
    assert {action for s in own for action in s.actions} == {
        "lambda:InvokeFunction",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    }


def test_each_wait_is_longer_than_what_it_waits_for(whole: Template) -> None:
    functions = whole.of("AWS::Lambda::Function").values()
    makers = [f["Timeout"] for f in functions if f["FunctionName"].endswith("-users")]
    [relay] = [f["Timeout"] for f in functions if f["FunctionName"] == RELAY]
    answer_seconds = 10
    assert len(makers) == 2
    assert max(makers) < inner.READ_SECONDS
    longest = inner.PATIENCE_SECONDS + inner.CONNECT_SECONDS + inner.READ_SECONDS
    assert longest + answer_seconds < relay
    for kind in KINDS:
        assert relay < int(whole.the(kind)["ServiceTimeout"]) <= 300


def test_its_zip_needs_nothing_that_the_runtime_does_not_have() -> None:
    with zipfile.ZipFile(Bundle("custom_resource").build()) as code:
        folders = {name.partition("/")[0] for name in code.namelist()}
    assert folders == {"cloudformation", "custom_resource"}
