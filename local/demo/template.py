"""A stack of somebody else's, deployed from a template without the CDK."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from local.errors import LocalError
from local.patience import wait_until

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient

    from local.local_aws import LocalAws

_CHANGE_SET = "first"
_SECONDS = 60


class TemplateError(LocalError):
    """A template was not deployed."""

    def __init__(self, name: str, status: str, reasons: list[str]) -> None:
        super().__init__(
            f"the stack {name} was not deployed",
            why=f"it is {status}: {'; '.join(reasons)}",
            remedy="Look at its events",
        )


def deploy(aws: "LocalAws", name: str, resources: Mapping[str, Any]) -> None:
    """Make a stack.

    Args:
        aws: Where.
        name: Its name.
        resources: The template's `Resources`.

    Raises:
        TemplateError: It was rolled back.
    """
    client: CloudFormationClient = aws.client("cloudformation")
    client.create_change_set(
        StackName=name,
        ChangeSetName=_CHANGE_SET,
        ChangeSetType="CREATE",
        TemplateBody=json.dumps({"Resources": resources}),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    client.execute_change_set(StackName=name, ChangeSetName=_CHANGE_SET)

    def status() -> str:
        [stack] = client.describe_stacks(StackName=name)["Stacks"]
        return stack["StackStatus"]

    wait_until(lambda: not status().endswith("_IN_PROGRESS"), seconds=_SECONDS, what=name)
    if status() != "CREATE_COMPLETE":
        events = client.describe_stack_events(StackName=name)["StackEvents"]
        failed = [e for e in events if e.get("ResourceStatus", "").endswith("FAILED")]
        raise TemplateError(name, status(), [e.get("ResourceStatusReason", "") for e in failed])
