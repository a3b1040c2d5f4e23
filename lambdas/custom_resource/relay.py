"""A request of CloudFormation that another function carries out, and the answer to it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cloudformation.answer import answer
from cloudformation.outcome import Outcome
from custom_resource.inner import Inner, NoOutcomeError, NotRunError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

NOTHING_MADE = "nothing-was-made"
"""Id of a resource whose Create never got to its function, so that Delete need not get there.

Otherwise a function that cannot be invoked would keep the deployment from rolling back.
"""

logger = logging.getLogger(__name__)


def relay_handler(
    client: LambdaClient,
    *,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Callable[[Mapping[str, Any], object], None]:
    """Makes the handler that is the ServiceToken of custom resources.

    The property `Function` of a resource names the function that makes it. That function gets the
    request without its ResponseURL, which would let it answer by itself, and returns the JSON of
    an `Outcome`. It is run once for a request, and whatever becomes of it, CloudFormation gets an
    answer: without one it would wait for as long as the resource's ServiceTimeout.

    Args:
        client: Lambda, without retries: the function may be running when a call breaks.
        clock: Seconds from any fixed point.
        pause: Waits so many seconds.

    Returns:
        The handler. It raises only if the answer could not be delivered: then Lambda runs it again.
    """
    inner = Inner(client, clock=clock, pause=pause)

    def handler(event: Mapping[str, Any], _context: object) -> None:
        outcome = _carry_out(inner, event)
        if outcome.failure:
            logger.error("%s: %s", event["RequestType"], outcome.failure)
        if outcome.notice:  # the log of a function that is deleted with the resource is gone
            logger.warning("%s: %s", event["RequestType"], outcome.notice)
        answer(event, outcome)

    return handler


def _carry_out(inner: Inner, event: Mapping[str, Any]) -> Outcome:
    kept = event.get("PhysicalResourceId")
    if event["RequestType"] == "Delete" and kept == NOTHING_MADE:
        return Outcome(NOTHING_MADE)
    request = {name: value for name, value in event.items() if name != "ResponseURL"}
    function = event["ResourceProperties"].get("Function")
    try:
        return inner.run(function, request)
    except NotRunError as error:
        return Outcome(kept or NOTHING_MADE, str(error))
    except NoOutcomeError as error:
        return Outcome(kept or event["LogicalResourceId"], str(error))
    except Exception as error:  # noqa: BLE001  # a defect of ours, which has to be answered too
        reason = f"An unexpected {type(error).__name__} ended the request. Report it"
        return Outcome(kept or event["LogicalResourceId"], reason)
