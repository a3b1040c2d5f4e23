"""Where a value stands in an answer: JSON pointers (https://www.rfc-editor.org/rfc/rfc6901)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from api_declaration.errors import DeclarationError
from api_declaration.part import Part

_SYNTAX = re.compile(r"(/([^~/]|~[01])*)*")
_LONGEST = 200
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Pointer:
    """A place in a JSON value.

    Attributes:
        steps: Names and indexes, from the outermost on; none for the whole value.
    """

    steps: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: object, path: str) -> Self:
        """Read a pointer.

        Args:
            text: Such as `/data/0/id`; an empty text is the whole value.
            path: Where it stands in the declaration, for errors.

        Raises:
            DeclarationError: It is none.
        """
        if not isinstance(text, str) or len(text) > _LONGEST or not _SYNTAX.fullmatch(text):
            raise DeclarationError(
                path, "it has to be a JSON pointer (RFC 6901), such as /data/id, or an empty text"
            )
        return cls(tuple(_unescaped(step) for step in text.split("/")[1:]))

    def find(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """What stands there.

        Returns:
            None if nothing does, as for `null`.
        """
        for step in self.steps:
            if isinstance(value, Mapping):
                value = value.get(step)
            elif isinstance(value, list) and _INDEX.fullmatch(step) and int(step) < len(value):
                value = value[int(step)]
            else:
                return None
        return value


def _unescaped(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")


Simple = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether a certain value stands at a place.

    Attributes:
        at: The place.
        value: The value.
    """

    at: Pointer
    value: Simple = True

    @classmethod
    def parse(cls, given: object, path: str) -> Self:
        """Read a condition: a pointer, to a value that is to be true, or `at` with `is`.

        Raises:
            DeclarationError: It is none.
        """
        if isinstance(given, str):
            return cls(Pointer.parse(given, path))
        return cls.of(Part(given, path).only("at", "is"))

    @classmethod
    def of(cls, part: Part) -> Self:
        """Read the fields `at` and `is`.

        Raises:
            DeclarationError: One is missing or can't be used.
        """
        for name in ("at", "is"):
            if name not in part:
                raise part.wrong(name, "it is missing")
        value = part.value("is")
        if not isinstance(value, Simple):
            raise part.wrong("is", "it has to be a text, a number, true, false or null")
        return cls(Pointer.parse(part.value("at"), part.at("at")), value)

    def holds(self, value: object) -> bool:
        """Whether it is so in an answer. True is not 1, although Python takes them for equal."""
        found = self.at.find(value)
        return isinstance(found, bool) is isinstance(self.value, bool) and found == self.value
