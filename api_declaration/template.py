"""Texts with places for values: `Bearer {management.token}`.

Nothing is run, looked up or formatted: a place is replaced by the value of exactly that name, which
is escaped for where it goes, and what comes of it is not looked at again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from api_declaration.errors import DeclarationError, FillingError

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[a-z]+(\.[A-Za-z_][A-Za-z0-9_-]{0,63})?")
LONGEST = 16_384
"""Characters of a value."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value goes.

    Attributes:
        name: Its name, such as `secret.client_id`.
    """

    name: str


@dataclass(frozen=True)
class Values:
    """The values by their names. Printing it shows none of them."""

    _by_name: Mapping[str, str]

    def get(self, name: str) -> str:
        """A value.

        Raises:
            FillingError: There is none, or it is empty, or too long for any place.
        """
        value = self._by_name.get(name)
        if value is None:
            raise FillingError(name, "is missing, or is neither a text nor a number")
        if not value:
            raise FillingError(name, "is empty")
        if len(value) > LONGEST:
            raise FillingError(name, f"is longer than {LONGEST} characters")
        return value

    def __or__(self, others: Values) -> Values:
        return Values({**self._by_name, **others._by_name})

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def __repr__(self) -> str:
        return "Values(********)"


Escape = Callable[[str, str], str]
"""Makes of a value and its name what can stand in a place, or raises FillingError."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text with places.

    Attributes:
        pieces: What it consists of.
    """

    pieces: tuple[str | Place, ...]

    @classmethod
    def parse(cls, text: str, *, known: Known, path: str) -> Self:
        """Read a template.

        Args:
            text: It, with `{{` and `}}` for braces.
            known: Which values there are.
            path: Where it stands in the declaration, for errors.

        Raises:
            DeclarationError: A brace is alone, or a value is not known.
        """
        return cls(tuple(_pieces(text, known, path)))

    @property
    def names(self) -> frozenset[str]:
        """Names of the values that it needs."""
        return frozenset(piece.name for piece in self.pieces if isinstance(piece, Place))

    def fill(self, values: Values, escape: Escape) -> str:
        """Put the values in.

        Raises:
            FillingError: One is missing, or can't stand there.
        """
        return "".join(
            escape(values.get(piece.name), piece.name) if isinstance(piece, Place) else piece
            for piece in self.pieces
        )


@dataclass(frozen=True, slots=True)
class Known:
    """Which values a request may use.

    Attributes:
        names: Their names; one that ends with `.` stands for all fields of that secret.
    """

    names: frozenset[str]

    def has(self, name: str) -> bool:
        """Whether there is a value of that name."""
        whole, dot, _ = name.partition(".")
        return name in self.names or (bool(dot) and f"{whole}." in self.names)

    def __str__(self) -> str:
        return ", ".join(
            f"{{{name}FIELD}}" if name.endswith(".") else f"{{{name}}}"
            for name in sorted(self.names)
        )


def _pieces(text: str, known: Known, path: str) -> Iterator[str | Place]:
    at = 0
    for found in _PIECE.finditer(text):
        if found.start() > at:
            yield text[at : found.start()]
        at = found.end()
        match found[0]:
            case "{{" | "}}":
                yield found[0][0]
            case "{" | "}":
                raise DeclarationError(path, "a brace is alone; write {{ or }} for a brace itself")
            case _:
                yield _place(found[1], known, path)
    if at < len(text):
        yield text[at:]


def _place(name: str, known: Known, path: str) -> Place:
    if not _NAME.fullmatch(name) or not known.has(name):
        there = f"there are {known}" if known.names else "there is none here"
        raise DeclarationError(path, f"there is no value {{{name[:80]}}}; {there}")
    return Place(name)


def in_header(value: str, name: str) -> str:
    """For the value of a header: printable ASCII that neither begins nor ends with a space."""
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise FillingError(name, "can't stand in a header: it is not printable ASCII")
    return value


def in_url(value: str, name: str) -> str:
    """For a segment of a path, or a value of a query."""
    return quote(_utf8(value, name), safe="")


def in_text(value: str, name: str) -> str:
    """For a text that is encoded as a whole afterwards: of JSON, of a form, of Basic."""
    return _utf8(value, name)


def _utf8(value: str, name: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise FillingError(name, "is no text of Unicode")
    return value
