"""The entry point: it wires the two custom resources of an adopted secret."""

from collections.abc import Callable, Mapping
from typing import Any

from adoption.record import write_down
from adoption.secret_rotation import SecretRotation
from adoption.takeover import NAME, take_over
from cloudformation.outcome import Outcome
from rotation.client import secrets_manager_client
from rotation.custom_resource import Handler, by_type, handler_of

SECONDS = 50.0

_client = secrets_manager_client()


def _handler(work: Callable[[Mapping[str, Any], SecretRotation], Outcome]) -> Handler:
    return handler_of(
        NAME,
        lambda event, arn, deadline: work(event, SecretRotation(_client, arn, deadline)),
        seconds=SECONDS,
    )


handler = by_type(
    {
        "Custom::AdoptedRotation": _handler(take_over),
        "Custom::FormerRotation": _handler(write_down),
    }
)
