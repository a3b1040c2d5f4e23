"""One request of CloudFormation, from its event to its answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.data_classes import CloudFormationCustomResourceEvent

from cloudformation.answer import Answer
from cloudformation.ensures import Ensures
from rotation.deadline import Deadline, LambdaContext
from rotation.errors import BadEventError, RotationError, located
from rotation.observability import observed
from rotation.rotating_secret import RotatingSecret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

ANSWER_SECONDS = 2.0
"""So long before Lambda ends the function an answer is given, even if the work hangs."""


def respond(
    thing: Ensures,
    client: SecretsManagerClient,
    payload: Mapping[str, Any],
    context: LambdaContext,
) -> None:
    """Does what a request asks for and answers it; see `custom_resource_handler`."""
    event = CloudFormationCustomResourceEvent(dict(payload))
    arn = event.resource_properties.get("SecretArn")
    answer = Answer(event, event.physical_resource_id or str(arn or event.logical_resource_id))
    with _answered_in_time(answer, context):
        try:
            answer.success(_do(thing, client, event, arn, context))
        except RotationError as error:
            answer.failure(str(error))


def _do(
    thing: Ensures,
    client: SecretsManagerClient,
    event: CloudFormationCustomResourceEvent,
    arn: object,
    context: LambdaContext,
) -> dict[str, str]:
    name, step = str(arn or event.logical_resource_id), event.request_type
    with (
        observed(
            strategy=thing.name,
            step=step,
            secret=name,
            correlation_id=event.request_id,
            request_id=context.aws_request_id,
        ),
        located(secret=name, step=step),
    ):
        if not isinstance(arn, str) or not arn:
            raise BadEventError(
                "The custom resource has no SecretArn",
                remedy="Give it the ARN of the secret",
            )
        deadline = Deadline.of(context, most=thing.seconds)
        secret = RotatingSecret(client, arn, deadline)
        if event.request_type == "Delete":
            thing.remove(secret, deadline=deadline)
            return {}
        user = thing.ensure(
            secret,
            owner=event.request_id,
            deadline=deadline,
            properties=event.resource_properties,
            before=event.old_resource_properties,
        )
        return {"Username": user}


@contextmanager
def _answered_in_time(answer: Answer, context: LambdaContext) -> Iterator[None]:
    """Without an answer CloudFormation waits for an hour."""
    seconds = context.get_remaining_time_in_millis() / 1000 - ANSWER_SECONDS
    reason = "The function's time is nearly used up; its log tells what it was at"
    watch = threading.Timer(max(0.0, seconds), answer.failure, [reason])
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        watch.join()
