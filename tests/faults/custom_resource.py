"""The custom resource's function, as Lambda invokes it for CloudFormation."""

import time
import traceback
from typing import Any, cast
from urllib.error import URLError

from cloudformation.custom_resource import custom_resource_handler
from database.users import Users
from postgres_user.postgres import Postgres
from tests.faults.answers import Answers
from tests.faults.bench import Bench
from tests.faults.calls import Calls
from tests.faults.crash import Crash
from tests.faults.site import Site
from tests.faults.tally import Verdict


def request(site: Site, answers: Answers) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html."""
    return {
        "RequestType": "Create",
        "ResponseURL": answers.url,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "User",
        "ResourceType": "Custom::ApplicationUser",
        "ResourceProperties": {"ServiceToken": "function", "SecretArn": site.arn},
    }


def invoke(
    bench: Bench, site: Site, calls: Calls, payload: dict[str, Any], verdict: Verdict
) -> bool:
    """Delivers a request; tells whether the function crashed, or failed to answer."""
    start = time.monotonic()
    try:
        custom_resource_handler(Users(Postgres), cast("Any", calls))(payload, site.context)
    except (Crash, URLError) as error:
        bench.errors.append("".join(traceback.format_exception(error)))
        return True
    finally:
        verdict.seconds = max(verdict.seconds, time.monotonic() - start)
    return False
