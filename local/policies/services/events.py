"""EventBridge.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
"""

from local.policies.call import Call
from local.policies.request import Access


def _put_events(call: Call) -> list[Access]:
    buses = {str(entry.get("EventBusName", "default")) for entry in call.parameters["Entries"]}
    return [Access(action=call.name, resource=_arn(call, bus)) for bus in sorted(buses)]


def _arn(call: Call, bus: str) -> str:
    if bus.startswith("arn:"):
        return bus
    return f"arn:aws:events:{call.region}:{call.account}:event-bus/{bus}"


OPERATIONS = {"PutEvents": _put_events}
