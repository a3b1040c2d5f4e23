"""A Lambda handler for a custom resource that makes sure that something exists."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cloudformation.ensures import Ensures
from rotation.client import secrets_manager_client
from rotation.deadline import LambdaContext

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def custom_resource_handler(
    thing: Ensures, client: SecretsManagerClient | None = None
) -> Callable[[dict[str, Any], LambdaContext], None]:
    """Makes the handler of a custom resource with the one property `SecretArn`.

    Create and Update make sure that the thing exists. What Delete takes away, the thing decides.

    Args:
        thing: What has to exist.
        client: Secrets Manager; made here, while the function starts, if left out.

    Returns:
        The handler. How the request ended is in the answer to CloudFormation, the log and the
        metrics. It raises only if the answer could not be delivered: then Lambda runs it again.
    """
    secrets_manager = client or secrets_manager_client()

    def handler(payload: dict[str, Any], context: LambdaContext) -> None:
        # The rotation functions start from the same package and don't need what this one imports.
        from cloudformation.request import respond  # noqa: PLC0415

        respond(thing, secrets_manager, payload, context)

    return handler
