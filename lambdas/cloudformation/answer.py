"""The answer that CloudFormation waits for."""

import json
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.error import URLError

from cloudformation.outcome import Outcome

LONGEST_REASON = 1000
"""Characters, which is what people are shown of it."""

LONGEST = 4096
"""Bytes of the whole answer. Of a character outside of ASCII, JSON makes six or twelve."""

CUT = 100

ATTEMPT_SECONDS = 5
ATTEMPTS = 2


def answer(event: Mapping[str, Any], outcome: Outcome) -> None:
    """Tells CloudFormation how a request ended.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html

    Args:
        event: The request.
        outcome: How it ended.

    Raises:
        URLError: The answer was not taken.
    """
    document = outcome.document()
    document["Reason"] = document["Reason"][:LONGEST_REASON]
    for name in ("StackId", "RequestId", "LogicalResourceId"):
        document[name] = event[name]
    while len(body := json.dumps(document).encode()) >= LONGEST and document["Reason"]:
        document["Reason"] = document["Reason"][:-CUT]
    _put(event["ResponseURL"], body)


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
