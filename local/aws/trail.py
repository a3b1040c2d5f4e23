"""CloudTrail's event history, as far as Secrets Manager's own events go; moto has none.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
On AWS they come minutes later.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from moto.cloudtrail.responses import CloudTrailResponse
from moto.secretsmanager.models import secretsmanager_backends

from local.aws.journal import Journal
from local.moto_patch import add

_SOURCE = "secretsmanager.amazonaws.com"


def install(rotations: Journal) -> None:
    """Answer LookupEvents.

    Args:
        rotations: What Secrets Manager has rotated.
    """

    def lookup_events(self: CloudTrailResponse) -> str:
        attributes = self._get_param("LookupAttributes") or []
        strange = [each for each in attributes if each["AttributeKey"] != "EventSource"]
        if strange:
            raise NotImplementedError(f"LookupEvents by {strange[0]['AttributeKey']}")
        sources = {each["AttributeValue"] for each in attributes} or {_SOURCE}
        events = service_events(rotations, self.current_account, self.region)
        found = events if _SOURCE in sources else []
        return json.dumps({"Events": [_answer(each) for each in reversed(found)]})

    add(CloudTrailResponse, "lookup_events", lookup_events)


def service_events(rotations: Journal, account: str, region: str) -> list[dict[str, Any]]:
    """List what Secrets Manager has recorded of its rotations so far, the oldest first."""
    return list(_events(rotations, account, region))


def _events(rotations: Journal, account: str, region: str) -> Iterator[dict[str, Any]]:
    secrets = secretsmanager_backends[account][region].secrets
    for each in rotations:
        if each["secret"] in secrets:
            kind = "TestRotation" if each["invoked_by"] == "configuration test" else "Rotation"
            arn = secrets[each["secret"]].arn
            for outcome in ("Started", "Failed" if each["error"] else "Succeeded"):
                yield _event(f"{kind}{outcome}", arn, each["at"], account, region)


def _event(name: str, arn: str, at: str, account: str, region: str) -> dict[str, Any]:
    return {
        "eventVersion": "1.08",
        "userIdentity": {"accountId": account, "invokedBy": _SOURCE},
        "eventTime": at,
        "eventSource": _SOURCE,
        "eventName": name,
        "awsRegion": region,
        "requestParameters": None,
        "responseElements": None,
        "additionalEventData": {"SecretId": arn},
        "eventID": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{name} {arn} {at}")),
        "readOnly": False,
        "eventType": "AwsServiceEvent",
        "recipientAccountId": account,
        "eventCategory": "Management",
    }


def _answer(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "EventId": event["eventID"],
        "EventName": event["eventName"],
        "EventSource": event["eventSource"],
        "EventTime": datetime.fromisoformat(event["eventTime"]).timestamp(),
        "ReadOnly": "false",
        "CloudTrailEvent": json.dumps(event),
    }
