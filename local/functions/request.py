"""An event on its way to a function."""

import secrets
import time
import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class InvokeRequest:
    """An event with the identity that its invocation has on every attempt.

    Attributes:
        payload: The event's JSON.
        client_context: JSON about the client, as `Invoke` takes it.
    """

    id: str
    payload: bytes
    trace_id: str
    client_context: str | None = None


def new_request(payload: bytes, *, client_context: str | None = None) -> InvokeRequest:
    """Give an event an identity."""
    trace = f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    return InvokeRequest(
        id=str(uuid.uuid4()),
        payload=payload,
        trace_id=f"{trace};Parent={secrets.token_hex(8)};Sampled=0",
        client_context=client_context,
    )
