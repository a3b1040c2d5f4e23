"""CloudTrail.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
"""

from collections.abc import Callable

from local.policies.call import Call
from local.policies.request import Access


def _everywhere(call: Call) -> list[Access]:
    return [Access(action=call.name, resource="*")]


def _on_trail(call: Call) -> list[Access]:
    """Name a trail, which callers name by its ARN as well. Trails have no policies."""
    name = str(call.parameters.get("Name") or call.parameters["TrailName"])
    here = f"arn:aws:cloudtrail:{call.region}:{call.account}:trail/{name}"
    return [Access(action=call.name, resource=name if name.startswith("arn:") else here)]


_OF_A_TRAIL = (
    *("CreateTrail", "DeleteTrail", "GetEventSelectors", "GetTrail", "GetTrailStatus"),
    *("PutEventSelectors", "StartLogging", "StopLogging", "UpdateTrail"),
)

OPERATIONS: dict[str, Callable[[Call], list[Access]]] = {
    **dict.fromkeys(_OF_A_TRAIL, _on_trail),
    "DescribeTrails": _everywhere,
    "LookupEvents": _everywhere,
}
