"""The certificate of an authority, as a custom resource."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from certificate.kms_authority import own_certificate
from certificate.services import Kms
from cloudformation.outcome import Outcome
from rotation.deadline import Deadline, LambdaContext
from rotation.errors import (
    GoneError,
    OutOfTimeError,
    RefusedChangeError,
    RotationError,
    located,
)
from rotation.observability import observed

PAUSE_SECONDS = 2.0

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


def authority_handler(
    kms: KMSClient, *, seconds: float, sleep: Callable[[float], None] = time.sleep
) -> Callable[[Mapping[str, Any], LambdaContext], dict[str, Any]]:
    """Makes the handler of a custom resource with the attribute `Certificate`.

    Its properties are `KeyArn`, `CommonName` and `Days`. Two certificates of one key and name serve
    equally, so what a second delivery of a request makes does no harm.

    It is the first that uses a role and a key which a deployment has just made. IAM and KMS take
    some seconds until they know these everywhere, so what they refuse is asked again for a while.

    Args:
        kms: KMS.
        seconds: The longest that it may take.
        sleep: How to wait between two attempts.

    Returns:
        The handler. It returns how the request ended, as the JSON of an `Outcome`.
    """

    def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        properties = event["ResourceProperties"]
        key = str(properties.get("KeyArn"))
        physical_id = event.get("PhysicalResourceId") or f"{event['LogicalResourceId']} of {key}"
        try:
            with (
                observed(
                    strategy="authority",
                    step=event["RequestType"],
                    secret=key,
                    correlation_id=event["RequestId"],
                    request_id=context.aws_request_id,
                ),
                located(secret=key, step=event["RequestType"]),
            ):
                data = _made(kms, event, Deadline.of(context, most=seconds), sleep)
        except RotationError as error:
            return Outcome(physical_id, str(error)).document()
        return Outcome(physical_id, data=data).document()

    return handler


def _made(
    kms: KMSClient,
    event: Mapping[str, Any],
    deadline: Deadline,
    sleep: Callable[[float], None],
) -> dict[str, str]:
    if event["RequestType"] == "Delete":
        return {}
    properties = event["ResourceProperties"]
    while True:
        try:
            certificate = own_certificate(
                Kms(kms, deadline),
                properties["KeyArn"],
                common_name=properties["CommonName"],
                days=int(properties["Days"]),
                now=datetime.now(UTC),
            )
        except (GoneError, RefusedChangeError) as refusal:
            _wait(deadline, sleep, refusal)
        else:
            return {"Certificate": certificate}


def _wait(deadline: Deadline, sleep: Callable[[float], None], refusal: RotationError) -> None:
    """Waits for the next attempt; raises what ended this one if there is no time for another."""
    try:
        sleep(deadline.at_most(PAUSE_SECONDS))
        deadline.remaining()
    except OutOfTimeError:
        raise refusal from None
