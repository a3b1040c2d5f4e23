"""Systems Manager.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
"""

from local.policies.call import Call
from local.policies.request import Access


def _on_parameter(call: Call) -> list[Access]:
    name = str(call.parameters["Name"]).removeprefix("/")
    arn = f"arn:aws:ssm:{call.region}:{call.account}:parameter/{name}"
    return [Access(action=call.name, resource=arn)]


OPERATIONS = {"GetParameter": _on_parameter}
