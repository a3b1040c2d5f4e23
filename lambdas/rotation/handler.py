"""The edge between Lambda and the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rotation.client import secrets_manager_client
from rotation.deadline import STEP_SECONDS, Deadline, LambdaContext
from rotation.engine import Engine
from rotation.event import RotationEvent
from rotation.observability import observed
from rotation.rotating_secret import RotatingSecret
from rotation.rotation import Rotation
from rotation.strategy import Strategy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def rotation_handler(
    strategy: Strategy,
    client: SecretsManagerClient | None = None,
    *,
    step_seconds: float = STEP_SECONDS,
) -> Callable[[object, LambdaContext], None]:
    """Makes the Lambda handler that rotates secrets of one kind.

    Args:
        strategy: The kind of credential.
        client: Secrets Manager; made here, while the function starts, if left out.
        step_seconds: The longest that a step waits for its target.

    Returns:
        The handler. It answers nothing, and raises RotationError if the step did not succeed,
        which makes Secrets Manager retry the rotation.
    """
    engine = Engine(strategy)
    secrets_manager = client or secrets_manager_client()

    def handler(payload: object, context: LambdaContext) -> None:
        event = RotationEvent.parse(payload)
        deadline = Deadline.of(context, most=step_seconds)
        secret = RotatingSecret(secrets_manager, event.secret, deadline)
        with observed(
            strategy=strategy.name,
            step=event.step,
            secret=event.secret,
            correlation_id=event.token,
            request_id=context.aws_request_id,
        ):
            engine.run(event.step, Rotation(secret, event.token, deadline))

    return handler
