"""Sends a request that a declaration has made, and reads the answer."""

from __future__ import annotations

import json
import re
import ssl
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Any

from api_declaration.request import Request
from api_token.connection import (
    BoundedConnection,
    ForbiddenAddressError,
    Remaining,
    Resolve,
    TooLargeError,
    addresses_of,
)
from api_token.destinations import Destinations
from rotation.deadline import Deadline
from rotation.errors import OutOfTimeError, TargetError, UnreachableError, UntrustedServerError

CALL_SECONDS = 12.0
"""The longest that one call takes: whoever makes a token has 15 seconds to store it."""

_LONGEST_NUMBER = 19
_SECONDS = re.compile(r"[0-9]{1,6}")


class NoAnswerError(UnreachableError):
    """A request was sent, at least in part, and there is no answer that can be read.

    It may have had its effect.
    """


@dataclass(frozen=True, slots=True)
class Answer:
    """What an API answered. Printing it shows its status alone.

    Attributes:
        status: The status.
        body: The JSON in it; None if there is none.
        link: The header Link, if it has one; all of them, if it has several.
        retry_after: Seconds after which to ask again, if it says so.
    """

    status: int
    body: Any = field(repr=False)
    link: str | None = field(repr=False)
    retry_after: int | None


class Client:
    """Asks hosts over verified TLS. What is sent and answered gets into no error."""

    def __init__(
        self,
        context: ssl.SSLContext,
        destinations: Destinations,
        *,
        resolve: Resolve = addresses_of,
    ) -> None:
        """Compose it.

        Args:
            context: What is trusted.
            destinations: Which addresses may be connected to.
            resolve: Tells the addresses of a host.
        """
        self._context = context
        self._destinations = destinations
        self._resolve = resolve

    def send(self, request: Request, deadline: Deadline) -> Answer:
        """Send a request, once.

        Args:
            request: The request.
            deadline: By when the whole answer has to be there.

        Raises:
            OutOfTimeError: There was no time to begin.
            UnreachableError: The host can't be reached; nothing was sent.
            UntrustedServerError: It is not proven to be the host; nothing was sent.
            NoAnswerError: There is no answer that can be read; the request may have had its effect.
        """
        connection = BoundedConnection(
            request.url.origin,
            context=self._context,
            destinations=self._destinations,
            remaining=_within(deadline.at_most(CALL_SECONDS)),
            resolve=self._resolve,
        )
        try:
            self._connect(connection, request)
            return _exchange(connection, request)
        finally:
            connection.hang_up()

    def _connect(self, connection: BoundedConnection, request: Request) -> None:
        host = request.url.origin
        try:
            connection.connect()
        except ForbiddenAddressError as error:
            raise UntrustedServerError(
                f"{host} has no public address, so nothing was sent to it",
                remedy="If it is in a private network, name that in private_networks; if it is not,"
                " find out who changed its name's addresses",
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise UntrustedServerError(
                f"{host} is not proven to be that host ({error.verify_message}), so nothing was"
                " sent to it",
                remedy="If its certificate is of an authority of your own, name that in"
                " authorities; if not, do not go on before you know who answers there",
            ) from error
        except OSError as error:
            raise UnreachableError(
                f"{host} can't be reached ({type(error).__name__})",
                remedy="Try again later; if it stays, see whether the function's network leads"
                " there",
            ) from error


def _exchange(connection: BoundedConnection, request: Request) -> Answer:
    """Send over an open connection, and read the answer.

    What `http.client` raises holds what was sent or answered, so nothing is raised from it.
    """
    trouble: TargetError
    try:
        connection.request(
            request.method,
            request.url.target,
            body=request.body,
            headers={**request.headers, "Accept-Encoding": "identity", "Connection": "close"},
        )
        with connection.getresponse() as response:
            return _read(response)
    except TooLargeError:
        trouble = _no_answer(request, "its answer is larger than any about tokens")
    except TimeoutError:
        trouble = _no_answer(request, "it did not answer in time")
    except (OSError, HTTPException, ValueError, RecursionError) as error:
        trouble = _no_answer(request, f"its answer can't be read ({type(error).__name__})")
    raise trouble


def _read(response: HTTPResponse) -> Answer:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ValueError
    content = response.read()
    after = response.headers.get("Retry-After", "")
    return Answer(
        response.status,
        _json(content),
        ", ".join(response.headers.get_all("Link", [])) or None,
        int(after) if _SECONDS.fullmatch(after) else None,
    )


def _json(content: bytes) -> Any:  # noqa: ANN401 - JSON
    """What is in a body; None if it is no JSON, as of a proxy's page of HTML."""
    try:
        return _DECODER.decode(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _number(digits: str) -> float:
    """Python refuses to read integers of more than 4,300 digits."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float(digits)


_DECODER = json.JSONDecoder(parse_int=_number)


def _no_answer(request: Request, why: str) -> NoAnswerError:
    return NoAnswerError(
        f"There is no answer of {request.url.origin} to a {request.method}: {why}",
        remedy="Try again later; if it stays, see whether the API is well",
    )


def _within(seconds: float) -> Remaining:
    """Counts a call's time."""
    left = Deadline(seconds)

    def remaining() -> float:
        try:
            return left.remaining()
        except OutOfTimeError as error:
            raise TimeoutError from error

    return remaining
