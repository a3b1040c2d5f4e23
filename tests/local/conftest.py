"""A running local AWS for the tests of this folder."""

import io
import json
import uuid
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local import toolchain
from local.aws.configuration import ACCOUNT
from local.cdk import Cdk
from local.demo.person import Person
from local.local_aws import LocalAws
from local.patience import wait_until
from tests.local.bootstrapped import bootstrapped_aws

LAMBDA_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
"""What a role for functions says, as in a template."""

TRUST = json.dumps(LAMBDA_TRUST)


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """One local AWS per test process; tests make resources of their own names on it."""
    with LocalAws(toolchain.find()) as running:
        yield running


MEMBERS = {
    "auditors": "auditors",
    "operators": "rotation-operators",
    "break_glass": "break-glass",
}
"""The groups by the settings that name their members."""


@pytest.fixture(scope="session")
def deployed_aws() -> Iterator[LocalAws]:
    """One local AWS per test process for the whole app."""
    with bootstrapped_aws() as running:
        yield running


@pytest.fixture(scope="session")
def deployed_people(deployed_aws: LocalAws) -> dict[str, Person]:
    """A user for each group, who exists before the app is deployed."""
    return {setting: Person(deployed_aws, setting, account=ACCOUNT) for setting in MEMBERS}


@pytest.fixture(scope="session")
def deployed_cdk(deployed_aws: LocalAws, deployed_people: dict[str, Person]) -> Cdk:
    """The app, deployed by the real CDK CLI, with the stack for people and a trail."""
    people = {f"access.{key}": who.name for key, who in deployed_people.items()}
    settings = {"access.enabled": "true", "trail.enabled": "true", **people}
    cdk = deployed_aws.cdk()
    cdk.deploy(*(word for key, value in settings.items() for word in ("-c", f"{key}={value}")))
    for person in deployed_people.values():
        person.enrol()
    return cdk


@pytest.fixture
def name() -> str:
    """A name that no other test uses."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
def function(aws: LocalAws, name: str) -> Callable[[str], str]:
    """Deploy Python source as a function that Secrets Manager may invoke; returns its ARN."""

    def deploy(source: str, **environment: str) -> str:
        suffix = uuid.uuid4().hex[:6]
        role = aws.client("iam").create_role(
            RoleName=f"{name}-{suffix}", AssumeRolePolicyDocument=TRUST
        )["Role"]["Arn"]
        functions = aws.client("lambda")
        arn = functions.create_function(
            FunctionName=f"{name}-{suffix}",
            Runtime="python3.11",
            Role=role,
            Handler="code.handler",
            Code={"ZipFile": zipped(source)},
            Timeout=10,
            Environment={"Variables": environment},
        )["FunctionArn"]
        functions.add_permission(
            FunctionName=arn,
            StatementId="rotation",
            Action="lambda:InvokeFunction",
            Principal="secretsmanager.amazonaws.com",
        )
        return str(arn)

    return deploy


def zipped(source: str) -> bytes:
    """A zip with `code.py`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("code.py", source)
    return buffer.getvalue()


class Stack:
    """Deploys templates through change sets, as the CDK CLI does."""

    def __init__(self, aws: LocalAws, name: str) -> None:
        self.name = name
        self._client = aws.client("cloudformation")

    def deploy(self, resources: dict[str, Any], outputs: dict[str, Any] | None = None) -> str:
        """Deploy and return the stack's status."""
        template = {"Resources": resources, "Outputs": outputs or {}}
        self._client.create_change_set(
            StackName=self.name,
            ChangeSetName="cdk-deploy-change-set",
            ChangeSetType="UPDATE" if self.exists() else "CREATE",
            TemplateBody=json.dumps(template),
        )
        chosen = {"StackName": self.name, "ChangeSetName": "cdk-deploy-change-set"}
        if self._client.describe_change_set(**chosen)["Status"] != "FAILED":  # nothing to change
            self._client.execute_change_set(**chosen)
        wait_until(lambda: not self.status().endswith("_IN_PROGRESS"), seconds=120, what=self.name)
        return self.status()

    def status(self) -> str:
        """The stack's status."""
        return str(self._described()["StackStatus"])

    def exists(self) -> bool:
        """Whether there is a stack of this name."""
        pages = self._client.get_paginator("describe_stacks").paginate()
        return self.name in [stack["StackName"] for page in pages for stack in page["Stacks"]]

    def delete(self, **options: Any) -> str:
        """Delete the stack and return what becomes of it."""
        stack_id = self._described()["StackId"]
        self._client.delete_stack(StackName=self.name, **options)

        def status() -> str:
            described = self._client.describe_stacks(StackName=stack_id)
            return str(described["Stacks"][0]["StackStatus"])

        wait_until(lambda: not status().endswith("_IN_PROGRESS"), seconds=120, what=self.name)
        return status()

    def protect(self, *, enabled: bool = True) -> None:
        """Protect the stack from its deletion, or do so no more."""
        self._client.update_termination_protection(
            StackName=self.name, EnableTerminationProtection=enabled
        )

    def resources(self) -> set[str]:
        """The logical ids of what the stack has."""
        listed = self._client.list_stack_resources(StackName=self.name)
        return {each["LogicalResourceId"] for each in listed["StackResourceSummaries"]}

    def statuses(self, logical_id: str) -> list[str]:
        """What happened to a resource, or to the stack by its name, the oldest first."""
        events = self._client.describe_stack_events(StackName=self.name)["StackEvents"]
        chosen = [e for e in events if e["LogicalResourceId"] == logical_id]
        return [str(e["ResourceStatus"]) for e in reversed(chosen)]

    def deleted(self) -> list[str]:
        """The logical ids in the order in which they were deleted."""
        events = self._client.describe_stack_events(StackName=self.name)["StackEvents"]
        gone = [e for e in events if e["ResourceStatus"] == "DELETE_COMPLETE"]
        return [str(e["LogicalResourceId"]) for e in reversed(gone)]

    def reasons(self) -> list[str]:
        """Why resources failed."""
        events = self._client.describe_stack_events(StackName=self.name)["StackEvents"]
        return [e["ResourceStatusReason"] for e in events if "FAILED" in e["ResourceStatus"]]

    def order(self) -> list[str]:
        """The logical ids in the order in which they were completed."""
        events = self._client.describe_stack_events(StackName=self.name)["StackEvents"]
        done = [e for e in events if e["ResourceStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")]
        return [
            e["LogicalResourceId"] for e in reversed(done) if e["LogicalResourceId"] != self.name
        ]

    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        return {o["OutputKey"]: o["OutputValue"] for o in self._described().get("Outputs", [])}

    def _described(self) -> Any:
        return self._client.describe_stacks(StackName=self.name)["Stacks"][0]


@pytest.fixture
def stack(aws: LocalAws, name: str) -> Stack:
    """A stack that does not exist yet."""
    return Stack(aws, name)
