"""The edge between CloudFormation and what makes sure that a database user exists."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from aws_lambda_powertools.utilities.data_classes import CloudFormationCustomResourceEvent

from cloudformation.answer import Answer
from rotation.client import secrets_manager_client
from rotation.deadline import Deadline, LambdaContext
from rotation.errors import BadEventError, RotationError, UnexpectedError
from rotation.observability import observed
from rotation.rotating_secret import RotatingSecret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

ANSWER_SECONDS = 2.0
"""Before Lambda ends the function, an answer is given by then even if the work hangs."""


class Ensures(Protocol):
    """Makes sure that something exists, any number of times.

    Attributes:
        name: How it is called in logs and metrics.
    """

    name: str

    def ensure(self, secret: RotatingSecret, *, owner: str, deadline: Deadline) -> str:
        """Makes sure that what the secret describes exists.

        Returns:
            Its name.

        Raises:
            RotationError: It does not.
        """


def custom_resource_handler(
    thing: Ensures, client: SecretsManagerClient | None = None
) -> Callable[[dict[str, Any], LambdaContext], None]:
    """Makes the Lambda handler of a custom resource with the one property `SecretArn`.

    Create and Update make sure that the thing exists. Delete retains it: dropping a user who owns
    data is not for a stack to decide.

    Args:
        thing: What has to exist.
        client: Secrets Manager; made here, while the function starts, if left out.

    Returns:
        The handler. It never raises, because Lambda would run the request again after it was
        answered; how it ended is in the answer, the log and the metrics.
    """
    secrets_manager = client or secrets_manager_client()

    def handler(payload: dict[str, Any], context: LambdaContext) -> None:
        event = CloudFormationCustomResourceEvent(payload)
        arn = str(event.resource_properties.get("SecretArn", ""))
        answer = Answer(event, event.physical_resource_id or arn or event.logical_resource_id)
        with _answered_in_time(answer, context):
            try:
                answer.success(_handle(event, arn, context))
            except RotationError as error:
                answer.failure(str(error))

    def _handle(
        event: CloudFormationCustomResourceEvent, arn: str, context: LambdaContext
    ) -> dict[str, str]:
        if event.request_type == "Delete":
            return {}
        deadline = Deadline.of(context)
        secret = RotatingSecret(secrets_manager, arn, deadline)
        with observed(
            strategy=thing.name,
            step=event.request_type,
            secret=arn,
            correlation_id=event.request_id,
        ):
            return {"Username": _ensure(thing, secret, event, deadline)}

    return handler


def _ensure(
    thing: Ensures,
    secret: RotatingSecret,
    event: CloudFormationCustomResourceEvent,
    deadline: Deadline,
) -> str:
    where = {"secret": secret.arn, "step": event.request_type}
    if not secret.arn:
        raise BadEventError(
            "The custom resource has no SecretArn",
            remedy="Give it the ARN of the application's secret",
        ).at(secret=event.logical_resource_id, step=event.request_type)
    try:
        return thing.ensure(secret, owner=event.request_id, deadline=deadline)
    except RotationError as error:
        error.at(**where)
        raise
    except Exception as error:
        raise UnexpectedError(
            f"An unexpected {type(error).__name__} ended the request",
            remedy="Report it with the frames of the function's log",
        ).at(**where) from error


@contextmanager
def _answered_in_time(answer: Answer, context: LambdaContext) -> Iterator[None]:
    """Without an answer CloudFormation waits for an hour."""
    seconds = context.get_remaining_time_in_millis() / 1000 - ANSWER_SECONDS
    watch = threading.Timer(
        max(0.0, seconds),
        answer.failure,
        ["The function's time is nearly used up; its log tells what it waited for"],
    )
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        watch.join()
