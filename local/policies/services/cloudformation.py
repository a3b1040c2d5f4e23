"""CloudFormation.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
"""

from local.policies.call import Call
from local.policies.request import Access


def _on_stack(call: Call) -> list[Access]:
    """Name the stack, by its id or with its name and any id; without a name all are asked for."""
    name = call.parameters.get("StackName")
    if name is None:
        return [Access(action=call.name, resource="*")]
    arn = f"arn:aws:cloudformation:{call.region}:{call.account}:stack/{name}/*"
    return [Access(action=call.name, resource=name if name.startswith("arn:") else arn)]


OPERATIONS = {
    "DeleteStack": _on_stack,
    "DescribeStackEvents": _on_stack,
    "DescribeStacks": _on_stack,
}
