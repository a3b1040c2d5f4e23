"""The answer that CloudFormation waits for."""

import json
import threading
import urllib.request
from collections.abc import Mapping
from urllib.error import URLError

from aws_lambda_powertools.utilities.data_classes import CloudFormationCustomResourceEvent

LONGEST_REASON = 500
"""Characters, each of which may take six bytes; the whole answer may have 4096."""

ATTEMPT_SECONDS = 5
ATTEMPTS = 2


class Answer:
    """Tells CloudFormation how a request ended, once and never again.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
    """

    def __init__(self, event: CloudFormationCustomResourceEvent, physical_id: str) -> None:
        """Prepares it.

        Args:
            event: The request.
            physical_id: Id of the resource; as long as it stays the same, nothing is replaced.
        """
        self._event = event
        self._physical_id = physical_id
        self._lock = threading.Lock()
        self._given = False

    def success(self, data: Mapping[str, str]) -> None:
        """The request succeeded.

        Args:
            data: What `Fn::GetAtt` finds. No secrets.
        """
        self._give("SUCCESS", reason="", data=data)

    def failure(self, reason: str) -> None:
        """The request failed.

        Args:
            reason: What the person who deploys reads. No secrets.
        """
        self._give("FAILED", reason=reason, data={})

    def _give(self, status: str, *, reason: str, data: Mapping[str, str]) -> None:
        with self._lock:
            if self._given:
                return
            self._given = True
        answer = {
            "Status": status,
            "Reason": reason[:LONGEST_REASON],
            "PhysicalResourceId": self._physical_id,
            "StackId": self._event.stack_id,
            "RequestId": self._event.request_id,
            "LogicalResourceId": self._event.logical_resource_id,
            "Data": dict(data),
        }
        _put(self._event.response_url, json.dumps(answer).encode())


def _put(url: str, body: bytes) -> None:
    # The URL is signed for an empty content type.
    request = urllib.request.Request(  # noqa: S310  # CloudFormation's own URL
        url, data=body, method="PUT", headers={"Content-Type": ""}
    )
    for attempt in range(1, ATTEMPTS + 1):
        try:
            urllib.request.urlopen(request, timeout=ATTEMPT_SECONDS).close()  # noqa: S310  # see above
        except URLError:
            if attempt == ATTEMPTS:
                raise
        else:
            return
