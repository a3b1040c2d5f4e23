"""The function's entry point, and its strategy."""

import os
import secrets
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from rotation.deadline import Deadline
from rotation.errors import BadSecretError, CredentialRefusedError, UnreachableError
from rotation.handler import rotation_handler
from rotation.rotation import Rotation
from rotation.secret_object import SecretObject
from rotation.secret_text import SecretText
from rotation.versions import CURRENT, PENDING

_SECONDS = 4.0
_ADDRESS = os.environ["GATE"]


class Token:
    """Adds the next token at the gate, which goes on taking the one before.

    See `rotation.strategy.Strategy`.
    """

    name = "toy"

    def create(self, rotation: Rotation, current: SecretText) -> SecretText:
        """Draws a token."""
        del rotation
        return SecretObject.parse(current).replaced({"token": secrets.token_urlsafe(24)})

    def discard(self, rotation: Rotation, text: SecretText) -> None:
        """Nothing: a token that was not stored was never told to the gate."""

    def takes_over(self, rotation: Rotation, current: SecretText, attempt: SecretText) -> bool:
        """Always: the gate may have it already."""
        del rotation, current, attempt
        return True

    def check(self, current: SecretText, pending: SecretText) -> None:
        """Both have to be tokens, and different ones."""
        if _token(current, CURRENT) == _token(pending, PENDING):
            raise BadSecretError("The tokens are the same", remedy="Rotate again")

    def set(self, rotation: Rotation, current: SecretText) -> None:
        """Adds the pending token, with the current one."""
        pending = _token(rotation.pending(), PENDING)
        if not _opens(pending, rotation.deadline):
            _accepted(_ask("PUT", _token(current, CURRENT), rotation.deadline, pending), CURRENT)

    def test(self, pending: SecretText, deadline: Deadline) -> None:
        """Opens the gate with it."""
        _accepted(_ask("GET", _token(pending, PENDING), deadline), PENDING)


def _opens(token: str, deadline: Deadline) -> bool:
    return _ask("GET", token, deadline) == HTTPStatus.NO_CONTENT


def _ask(method: str, token: str, deadline: Deadline, body: str = "") -> int:
    connection = HTTPConnection(_ADDRESS, timeout=deadline.at_most(_SECONDS))
    try:
        connection.request(method, "/", body, {"Authorization": f"Bearer {token}"})
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise UnreachableError("The gate does not answer", remedy="Look at the gate") from error
    finally:
        connection.close()
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        raise UnreachableError("The gate is closed", remedy="Wait until it is open again")
    return status


def _accepted(status: int, label: str) -> None:
    if status != HTTPStatus.NO_CONTENT:
        raise CredentialRefusedError(
            f"The gate refuses the token of {label}", remedy="Give the gate a token by hand"
        )


def _token(text: SecretText, label: str) -> str:
    try:
        token = SecretObject.parse(text).fields.get("token")
    except ValueError as error:
        raise BadSecretError(f"{label}: {error}", remedy="Store a token") from error
    if not isinstance(token, str) or not token:
        raise BadSecretError(f"{label} has no token", remedy="Store a token")
    return token


handler = rotation_handler(Token())
