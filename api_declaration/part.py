"""Reading JSON strictly: each field has its type, and none is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Self

from api_declaration.errors import DeclarationError

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


class Part:
    """An object within a declaration, with where it is."""

    def __init__(self, value: object, path: str = "") -> None:
        """Take the object.

        Args:
            value: What stands there.
            path: Its path, for errors.

        Raises:
            DeclarationError: It is no object.
        """
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise DeclarationError(path, "it has to be an object of JSON")
        self._fields: Mapping[str, Any] = value
        self.path = path

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def wrong(self, name: str, why: str) -> DeclarationError:
        """The error about a field."""
        return DeclarationError(self.at(name), why)

    def only(self, *known: str) -> Self:
        """Refuse all other fields.

        Raises:
            DeclarationError: There is another one.
        """
        for name in self:
            if name not in known:
                close = get_close_matches(name, known, n=1)
                hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
                raise self.wrong(name, f"there is no such field; {hint}")
        return self

    def value(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """A field of any type; None if it is missing."""
        return self._fields.get(name)

    def part(self, name: str) -> Part:
        """A field that is an object, and has to be there."""
        self._needed(name)
        return Part(self._fields[name], self.at(name))

    def text(self, name: str, default: str | None = None, *, most: int = 1000) -> str:
        """A field that is a text; it has to be there if it has no default."""
        if name not in self and default is not None:
            return default
        self._needed(name)
        value = self._fields[name]
        if not isinstance(value, str) or not 0 < len(value) <= most:
            raise self.wrong(name, f"it has to be a text of 1 to {most} characters")
        return value

    def field_name(self, name: str, default: str | None = None) -> str:
        """A field that names one of the secret."""
        return checked_field(self.text(name, default), self.at(name))

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """A field that is a whole number."""
        value = self._fields.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.wrong(name, f"it has to be a whole number from {least} to {most}")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """A field that is true or false."""
        value = self._fields.get(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "it has to be true or false")
        return value

    def items(self, name: str, *, most: int) -> list[Any]:
        """A field that is a list; empty if it is missing."""
        value = self._fields.get(name, [])
        if not isinstance(value, (list, tuple)) or len(value) > most:
            raise self.wrong(name, f"it has to be a list of {most} at most")
        return list(value)

    def _needed(self, name: str) -> None:
        if name not in self:
            raise self.wrong(name, "it is missing")


def checked_field(name: str, path: str) -> str:
    """Accept a name that a field of a secret can have.

    Raises:
        DeclarationError: It can't.
    """
    if not _FIELD.fullmatch(name):
        raise DeclarationError(
            path,
            "a field of a secret is called by up to 64 letters, digits, hyphens and underscores,"
            " beginning with a letter or an underscore",
        )
    return name
