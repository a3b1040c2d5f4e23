"""The certificate of an authority, as a custom resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from certificate.kms_authority import own_certificate
from certificate.services import Kms
from cloudformation.outcome import Outcome
from rotation.deadline import Deadline, LambdaContext
from rotation.errors import RotationError, located
from rotation.observability import observed

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


def authority_handler(
    kms: KMSClient, *, seconds: float
) -> Callable[[Mapping[str, Any], LambdaContext], dict[str, Any]]:
    """Makes the handler of a custom resource with the attribute `Certificate`.

    Its properties are `KeyArn`, `CommonName` and `Days`. Two certificates of one key and name serve
    equally, so what a second delivery of a request makes does no harm.

    Args:
        kms: KMS.
        seconds: The longest that it may take.

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
                data = _made(kms, event, context, seconds)
        except RotationError as error:
            return Outcome(physical_id, str(error)).document()
        return Outcome(physical_id, data=data).document()

    return handler


def _made(
    kms: KMSClient, event: Mapping[str, Any], context: LambdaContext, seconds: float
) -> dict[str, str]:
    if event["RequestType"] == "Delete":
        return {}
    properties = event["ResourceProperties"]
    certificate = own_certificate(
        Kms(kms, Deadline.of(context, most=seconds)),
        properties["KeyArn"],
        common_name=properties["CommonName"],
        days=int(properties["Days"]),
        now=datetime.now(UTC),
    )
    return {"Certificate": certificate}
