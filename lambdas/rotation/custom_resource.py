"""Lambda handlers for custom resources about a secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cloudformation.outcome import Outcome
from rotation.client import secrets_manager_client
from rotation.deadline import Deadline, LambdaContext
from rotation.ensures import Ensures
from rotation.errors import BadEventError, RotationError, located
from rotation.observability import observed
from rotation.rights import RIGHTS_SECONDS
from rotation.rotating_secret import RotatingSecret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


Handler = Callable[[Mapping[str, Any], LambdaContext], dict[str, Any]]
Work = Callable[[Mapping[str, Any], str, Deadline], Outcome]


def handler_of(name: str, work: Work, *, seconds: float) -> Handler:
    """Makes the handler of a custom resource with the property `SecretArn`.

    Args:
        name: How it is called in logs and metrics.
        work: Carries out a request, given the ARN of the secret and by when it has to be done.
        seconds: The longest that it may take.

    Returns:
        The handler. It returns how the request ended, as the JSON of an `Outcome`, and raises
        nothing: `custom_resource` tells CloudFormation.
    """

    def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        arn = event["ResourceProperties"].get("SecretArn")
        secret = str(arn or event["LogicalResourceId"])
        try:
            with (
                observed(
                    strategy=name,
                    step=event["RequestType"],
                    secret=secret,
                    correlation_id=event["RequestId"],
                    request_id=context.aws_request_id,
                ),
                located(secret=secret, step=event["RequestType"]),
            ):
                if not isinstance(arn, str) or not arn:
                    raise BadEventError(
                        "The custom resource has no SecretArn",
                        remedy="Give it the ARN of the secret",
                    )
                return work(event, arn, Deadline.of(context, most=seconds)).document()
        except RotationError as error:
            physical_id = event.get("PhysicalResourceId") or secret
            return Outcome(physical_id, str(error)).document()

    return handler


def custom_resource_handler(thing: Ensures, client: SecretsManagerClient | None = None) -> Handler:
    """Makes the handler of a custom resource that makes sure that something exists.

    Create and Update make sure that the thing exists. What Delete takes away, the thing decides.

    Args:
        thing: What has to exist.
        client: Secrets Manager; made here, while the function starts, if left out.

    Returns:
        See `handler_of`.
    """
    secrets_manager = client or secrets_manager_client()

    def work(event: Mapping[str, Any], arn: str, deadline: Deadline) -> Outcome:
        secret = RotatingSecret(secrets_manager, arn, deadline, patience=RIGHTS_SECONDS)
        physical_id = event.get("PhysicalResourceId") or arn
        if event["RequestType"] == "Delete":
            thing.remove(secret, deadline=deadline)
            return Outcome(physical_id)
        name = thing.ensure(
            secret,
            owner=event["RequestId"],
            deadline=deadline,
            properties=event["ResourceProperties"],
            before=event.get("OldResourceProperties") or {},
        )
        return Outcome(physical_id, data={"Username": name})

    return handler_of(thing.name, work, seconds=thing.seconds)


def by_type(handlers: Mapping[str, Handler]) -> Handler:
    """Makes one handler of several, so that one function serves several types of resources.

    Args:
        handlers: The handlers by the type of the resource, such as `Custom::DatabaseUser`.
    """

    def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        return handlers[event["ResourceType"]](event, context)

    return handler
