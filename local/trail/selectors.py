"""Which events a trail records.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.cloudtrail.models import Trail

from local.trail.records import Record

_Selector = Mapping[str, Any]
_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "Equals": str.__eq__,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
}
_FIELDS: Mapping[str, frozenset[str]] = {
    "Management": frozenset({"eventCategory", "eventSource", "readOnly"}),
    "Data": frozenset(
        {"eventCategory", "eventName", "eventSource", "eventType", "readOnly"}
        | {"resources.ARN", "resources.type", "sessionCredentialFromConsole", "userIdentity.arn"}
    ),
    "NetworkActivity": frozenset(
        {"errorCode", "eventCategory", "eventName", "eventSource", "vpcEndpointId"}
    ),
}
"""What a selector of a category may look at."""

_REQUIRED = {
    "Management": "eventCategory",
    "Data": "resources.type",
    "NetworkActivity": "eventSource",
}
_EXACT = frozenset({"errorCode", "eventCategory", "readOnly", "resources.type"})
"""Fields that only `Equals` is for."""


def wants(trail: Trail, record: Record) -> bool:
    """Tell whether a trail records an event; without selectors it is every management event."""
    if trail.advanced_event_selectors:
        return any(
            all(_matches(field, record) for field in selector["FieldSelectors"])
            for selector in trail.advanced_event_selectors
        )
    if record["eventCategory"] != "Management":
        return False
    return not trail.event_selectors or any(
        each.get("IncludeManagementEvents", True)
        and each.get("ReadWriteType", "All") in {"All", _kind(record)}
        for each in trail.event_selectors
    )


def problem(selectors: Sequence[_Selector]) -> str:
    """Say why CloudTrail refuses selectors; empty if it takes them."""
    for selector in selectors:
        fields = {each["Field"]: each for each in selector["FieldSelectors"]}
        categories = fields.get("eventCategory", {}).get("Equals", [])
        category = categories[0] if len(categories) == 1 else ""
        if category not in _FIELDS:
            return f"eventCategory must equal one of {', '.join(_FIELDS)}"
        if _REQUIRED[category] not in fields:
            return f"A selector of {category} events has to have {_REQUIRED[category]}"
        if strange := sorted(fields.keys() - _FIELDS[category]):
            return f"A selector of {category} events cannot have {', '.join(strange)}"
        inexact = [name for name in sorted(_EXACT & fields.keys()) if fields[name].keys() - _ONLY]
        if inexact:
            return f"{', '.join(inexact)} can only use Equals"
    return ""


_ONLY = {"Equals", "Field"}


def _kind(record: Record) -> str:
    return "ReadOnly" if record["readOnly"] else "WriteOnly"


def _matches(selector: _Selector, record: Record) -> bool:
    found = _values(selector["Field"], record)
    for name, compare in _OPERATORS.items():
        wanted = selector.get(name)
        if wanted and not any(compare(value, each) for value in found for each in wanted):
            return False
        unwanted = selector.get(f"Not{name}")
        if unwanted and any(compare(value, each) for value in found for each in unwanted):
            return False
    return True


def _values(field: str, record: Record) -> list[str]:
    if field.startswith("resources."):
        name = field.removeprefix("resources.")
        keys = (name, "ARNPrefix") if name == "ARN" else (name,)
        return [each[key] for each in record.get("resources", []) for key in keys if key in each]
    if field == "userIdentity.arn":
        return [record["userIdentity"]["arn"]]
    value = record.get(field)
    return [] if value is None else [str(value).lower() if isinstance(value, bool) else str(value)]
