"""The secret's JSON: a token, and what the API told with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api_declaration.declaration import Declaration
from api_declaration.template import LONGEST, Values
from api_token.failures import unfit
from api_token.times import time_of
from rotation.secret_object import SecretObject
from rotation.secret_text import SecretText
from tokens.issuer import Held

_ID = re.compile(r"[!-~]{1,200}")


def held_by(text: SecretText, declaration: Declaration, *, whose: str) -> Held | None:
    """Reads which token a version holds.

    Args:
        text: Its content.
        declaration: What stands where.
        whose: Where it comes from, for errors: a label.

    Returns:
        None if it waits for its first token.

    Raises:
        BadSecretError: It can't be used.
    """
    found = values_of(text, declaration, whose=whose)
    needed = {declaration.token, declaration.id or declaration.token}
    missing = sorted(name for name in needed if f"secret.{name}" not in found)
    if len(missing) == len(needed):
        return None
    if missing:
        raise unfit(whose, f"{missing[0]} is missing or empty")
    return Held(_id(found, declaration, whose), _expires(text, declaration, whose))


def values_of(text: SecretText, declaration: Declaration, *, whose: str) -> Values:
    """The fields of a version that are about its token, as a template calls them.

    Args:
        text: The content.
        declaration: Which they are.
        whose: Where it comes from, for errors.

    Raises:
        BadSecretError: It is no JSON object.
    """
    found = _object(text, whose).fields
    return Values(
        {
            f"secret.{name}": str(found[name])
            for name in declaration.fields
            if usable(found.get(name))
        }
    )


def management_values(text: SecretText) -> Values:
    """What templates can use of the secret that lets us manage tokens: its text, and its fields."""
    try:
        found = SecretObject.parse(text).fields
    except ValueError:
        found = {}
    fields = {f"management.{name}": str(each) for name, each in found.items() if usable(each)}
    return Values({"management": text.reveal(), **fields})


def with_token(like: SecretText, found: Mapping[str, str | int], *, whose: str) -> SecretText:
    """The content of a version with another token.

    Args:
        like: The content before; what is not about the token stays as it is.
        found: What the API told, by the names of the secret's fields.
        whose: Where the content before comes from, for errors.
    """
    return _object(like, whose).replaced(found)


def usable(value: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether something in an answer can be a field: a text that is not empty, or a number."""
    if isinstance(value, str):
        return 0 < len(value) <= LONGEST
    return isinstance(value, int) and not isinstance(value, bool)


def id_of(value: object) -> str | None:
    """An id as a text; None if it can't be one."""
    text = str(value) if usable(value) else ""
    return text if _ID.fullmatch(text) else None


def _id(found: Values, declaration: Declaration, whose: str) -> str:
    if declaration.id is None:
        token = found.get(f"secret.{declaration.token}")
        digest = hashlib.sha256(f"api-token:{token}".encode(errors="replace")).hexdigest()
        return f"sha256-{digest[:24]}"
    known = id_of(found.get(f"secret.{declaration.id}"))
    if known is None:
        raise unfit(whose, f"{declaration.id} must be 1 to 200 characters of printable ASCII")
    return known


def _expires(text: SecretText, declaration: Declaration, whose: str) -> datetime | None:
    if declaration.expires is None:
        return None
    try:
        return time_of(_object(text, whose).fields.get(declaration.expires))
    except ValueError:
        why = f"{declaration.expires} is no time"
    raise unfit(whose, why)


def _object(text: SecretText, whose: str) -> SecretObject:
    try:
        return SecretObject.parse(text)
    except ValueError as error:
        raise unfit(whose, str(error)) from None
