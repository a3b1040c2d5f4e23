"""What is told of a call that was judged, for who keeps a record of it."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from local.policies.call import Call
from local.policies.decision import Layer
from local.policies.network import Path
from local.policies.refusal import Refusal
from local.policies.request import Access

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

_IN_XML = re.compile(rb"<Code>([^<]+)</Code>\s*<Message>([^<]*)</Message>")


@dataclass(frozen=True)
class Judged:
    """A call of which it is known who makes it, how it comes, and what it needs.

    Attributes:
        call: The call; its caller is as the call shows him.
        path: How it comes.
        access_key_id: What it is signed with.
        accesses: The permissions that it needs.
    """

    call: Call
    path: Path
    access_key_id: str
    accesses: Sequence[Access]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A judged call, and what became of it.

    Attributes:
        judged: The call.
        at: When.
        source: The address that it came from.
        agent: What it was made with.
        error: The code of the error that it was answered with; empty if it was not.
        message: The error's message.
        refused_by: The layer that refused it, if a policy did.
    """

    judged: Judged
    at: datetime
    source: str
    agent: str
    error: str = ""
    message: str = ""
    refused_by: Layer | None = None


class Recorder(Protocol):
    """Who keeps a record of calls."""

    def listeners(self) -> Sequence[Any]:
        """Who wants one at the moment."""

    def note(self, seen: Seen, listeners: Sequence[Any]) -> None:
        """Take a call down.

        Args:
            seen: The call.
            listeners: Who wanted a record before it was made.
        """


class Nobody:
    """Keeps no record."""

    def listeners(self) -> Sequence[Any]:
        """Name nobody."""
        return ()

    def note(self, seen: Seen, listeners: Sequence[Any]) -> None:
        """Take nothing down."""


def refused(refusal: Refusal, environ: Mapping[str, Any]) -> Seen | None:
    """Tell of a refused call; None if AWS has no record of it."""
    if refusal.judged is None:
        return None
    return _seen(
        refusal.judged,
        environ,
        error="AccessDenied",
        message=str(refusal),
        refused_by=refusal.layer,
    )


def followed(
    judged: Judged,
    environ: Mapping[str, Any],
    answer: "Callable[[StartResponse], Iterable[bytes]]",
    start_response: "StartResponse",
) -> tuple[Iterable[bytes], Seen]:
    """Let a call be answered, and tell what became of it.

    Args:
        judged: The call.
        environ: The request.
        answer: The local AWS.
        start_response: WSGI's.
    """
    status: list[str] = []

    def start(code: str, *rest: Any) -> Any:  # noqa: ANN401 - WSGI's
        status.append(code)
        return start_response(code, *rest)

    body = list(answer(start))
    if int(status[0].split()[0]) < HTTPStatus.BAD_REQUEST:
        return body, _seen(judged, environ)
    error, message = _error(b"".join(body))
    return body, _seen(judged, environ, error=error, message=message)


def _seen(judged: Judged, environ: Mapping[str, Any], **error: Any) -> Seen:  # noqa: ANN401 - fields
    return Seen(
        judged=judged,
        at=datetime.now(UTC),
        source=environ.get("REMOTE_ADDR", ""),
        agent=environ.get("HTTP_USER_AGENT", ""),
        **error,
    )


def _error(body: bytes) -> tuple[str, str]:
    """Read an error's code and message, in JSON or in XML."""
    if found := _IN_XML.search(body):
        return found[1].decode(), found[2].decode()
    try:
        told = json.loads(body)
    except ValueError:
        return "InternalFailure", ""
    code = str(told.get("__type", "InternalFailure")) if isinstance(told, dict) else ""
    message = told.get("message", told.get("Message", "")) if isinstance(told, dict) else ""
    return code.rpartition("#")[2], str(message)
