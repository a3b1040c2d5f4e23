"""Functions that a stack deploys, where moto loses part of the template."""

import json
from typing import Any

import pytest

from .conftest import REGION, RUNTIME, Lambda
from .packages import zipped

SOURCE = """
import os
def handler(event, context):
    return [context.log_group_name, os.environ.get("WORD"), context.memory_limit_in_mb]
"""


class Stack:
    """A stack with one function."""

    def __init__(self, aws: Lambda, name: str) -> None:
        self._aws = aws
        self._name = name
        self._role = aws.role(name)
        self._client = aws.client("cloudformation")
        location = {"LocationConstraint": REGION}
        aws.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=location)
        aws.client("s3").put_object(Bucket=name, Key="app.zip", Body=zipped(SOURCE))

    def deploy(self, **properties: Any) -> None:
        function = {
            "FunctionName": self._name,
            "Runtime": RUNTIME,
            "Handler": "app.handler",
            "Role": self._role,
            "Code": {"S3Bucket": self._name, "S3Key": "app.zip"},
            **properties,
        }
        resources = {"Function": {"Type": "AWS::Lambda::Function", "Properties": function}}
        stacks = [each["StackName"] for each in self._client.describe_stacks()["Stacks"]]
        change = self._client.create_stack
        if self._name in stacks:
            change = self._client.update_stack
        change(StackName=self._name, TemplateBody=json.dumps({"Resources": resources}))

    def delete(self) -> None:
        self._client.delete_stack(StackName=self._name)

    def call(self) -> Any:
        return self._aws.call(self._name)["answer"]


@pytest.fixture
def stack(aws: Lambda, name: str) -> Stack:
    return Stack(aws, name)


def test_a_stack_names_its_functions_log_group(stack: Stack) -> None:
    stack.deploy(LoggingConfig={"LogGroup": "/its/own"})
    assert stack.call()[0] == "/its/own"


def test_an_updated_stack_names_its_functions_log_group(stack: Stack) -> None:
    stack.deploy(LoggingConfig={"LogGroup": "/its/own"})
    stack.deploy(LoggingConfig={"LogGroup": "/another"})
    assert stack.call()[0] == "/another"


def test_what_a_template_drops_returns_to_the_default(stack: Stack, name: str) -> None:
    stack.deploy(
        Environment={"Variables": {"WORD": "old"}},
        MemorySize=256,
        LoggingConfig={"LogGroup": "/its/own"},
    )
    assert stack.call() == ["/its/own", "old", "256"]
    stack.deploy()
    assert stack.call() == [f"/aws/lambda/{name}", None, "128"]


def test_an_updated_stack_reserves_concurrency(stack: Stack, aws: Lambda, name: str) -> None:
    stack.deploy()
    stack.deploy(ReservedConcurrentExecutions=3)
    concurrency = aws.client().get_function_concurrency(FunctionName=name)
    assert concurrency["ReservedConcurrentExecutions"] == 3


def test_a_deleted_stack_leaves_no_process(stack: Stack, aws: Lambda) -> None:
    stack.deploy()
    stack.call()
    assert list((aws.directory / "sandboxes").iterdir())
    stack.delete()
    assert not list((aws.directory / "sandboxes").iterdir())
