"""The custom resource's functions: the one that answers CloudFormation runs the one that works."""

import json
import time
import traceback
from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast
from urllib.error import URLError

from custom_resource.relay import relay_handler
from database.users import Users
from rotation.custom_resource import custom_resource_handler
from tests.cloudformation.answers import Answers
from tests.faults.bench import Bench
from tests.faults.calls import Calls
from tests.faults.crash import Crash
from tests.faults.site import Site
from tests.faults.tally import Verdict


def other_login(site: Site) -> str:
    """The user on whose tables the request's user gets access."""
    return f"other_{site.number}"


def request(site: Site, answers: Answers) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html."""
    return {
        "RequestType": "Create",
        "ResponseURL": answers.url,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "User",
        "ResourceType": "Custom::ApplicationUser",
        "ResourceProperties": {
            "Function": "function",
            "SecretArn": site.arn,
            "Writes": [other_login(site)],
        },
    }


def invoke(
    bench: Bench, site: Site, calls: Calls, payload: dict[str, Any], verdict: Verdict
) -> bool:
    """Delivers a request; tells whether it has to be delivered again, for want of an answer."""
    start = time.monotonic()
    try:
        relay_handler(cast("Any", _Lambda(bench, site, calls)))(payload, None)
    except URLError as error:
        bench.errors.append("".join(traceback.format_exception(error)))
        return True
    finally:
        verdict.seconds = max(verdict.seconds, time.monotonic() - start)
    return False


@dataclass
class _Lambda:
    """Runs the function that makes the user, in this process."""

    bench: Bench
    site: Site
    calls: Calls

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto's
        assert FunctionName == "function"
        handler = custom_resource_handler(Users(self.site.product.target), cast("Any", self.calls))
        try:
            outcome = handler(json.loads(Payload), self.site.context)
        except Crash as error:
            self.bench.errors.append("".join(traceback.format_exception(error)))
            told = {"errorType": "Runtime.ExitError"}
            return {"FunctionError": "Unhandled", "Payload": BytesIO(json.dumps(told).encode())}
        return {"Payload": BytesIO(json.dumps(outcome).encode())}
