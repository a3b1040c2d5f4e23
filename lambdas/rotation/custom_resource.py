"""A Lambda handler for a custom resource that makes sure that something exists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cloudformation.outcome import Outcome
from rotation.client import secrets_manager_client
from rotation.deadline import Deadline, LambdaContext
from rotation.ensures import Ensures
from rotation.errors import BadEventError, RotationError, located
from rotation.observability import observed
from rotation.rotating_secret import RotatingSecret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def custom_resource_handler(
    thing: Ensures, client: SecretsManagerClient | None = None
) -> Callable[[Mapping[str, Any], LambdaContext], dict[str, Any]]:
    """Makes the handler of a custom resource with the property `SecretArn`.

    Create and Update make sure that the thing exists. What Delete takes away, the thing decides.

    Args:
        thing: What has to exist.
        client: Secrets Manager; made here, while the function starts, if left out.

    Returns:
        The handler. It returns how the request ended, as the JSON of an `Outcome`, and raises
        nothing: `custom_resource` tells CloudFormation.
    """
    secrets_manager = client or secrets_manager_client()

    def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        arn = event["ResourceProperties"].get("SecretArn")
        name = str(arn or event["LogicalResourceId"])
        physical_id = event.get("PhysicalResourceId") or name
        try:
            with (
                observed(
                    strategy=thing.name,
                    step=event["RequestType"],
                    secret=name,
                    correlation_id=event["RequestId"],
                    request_id=context.aws_request_id,
                ),
                located(secret=name, step=event["RequestType"]),
            ):
                data = _do(thing, secrets_manager, event, arn, context)
        except RotationError as error:
            return Outcome(physical_id, str(error)).document()
        return Outcome(physical_id, data=data).document()

    return handler


Handler = Callable[[Mapping[str, Any], LambdaContext], dict[str, Any]]


def by_type(handlers: Mapping[str, Handler]) -> Handler:
    """Makes one handler of several, so that one function serves several types of resources.

    Args:
        handlers: The handlers by the type of the resource, such as `Custom::DatabaseUser`.
    """

    def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        return handlers[event["ResourceType"]](event, context)

    return handler


def _do(
    thing: Ensures,
    client: SecretsManagerClient,
    event: Mapping[str, Any],
    arn: object,
    context: LambdaContext,
) -> dict[str, str]:
    if not isinstance(arn, str) or not arn:
        raise BadEventError(
            "The custom resource has no SecretArn",
            remedy="Give it the ARN of the secret",
        )
    deadline = Deadline.of(context, most=thing.seconds)
    secret = RotatingSecret(client, arn, deadline)
    if event["RequestType"] == "Delete":
        thing.remove(secret, deadline=deadline)
        return {}
    name = thing.ensure(
        secret,
        owner=event["RequestId"],
        deadline=deadline,
        properties=event["ResourceProperties"],
        before=event.get("OldResourceProperties") or {},
    )
    return {"Username": name}
