"""The JSON object in a secret, which is edited in its own text."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from rotation.secret_text import SecretText

_LONGEST_INTEGER = 19
_SPACE = " \t\n\r"
_BYTE_ORDER_MARK = "\ufeff"
"""As files have it that PowerShell or Notepad wrote; the CLI takes it along."""


def _integer(digits: str) -> float:
    """Python refuses to read integers of more than 4,300 digits, which are JSON all the same."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


_DECODER = json.JSONDecoder(parse_int=_integer)


@dataclass(frozen=True, slots=True)
class SecretObject:
    """A JSON object as it was written.

    To write it anew would change more than was asked for: `1E400` would become `Infinity`, which is
    no JSON, and `1.0e5`, a key that stands there twice or an escaped letter something else.

    Attributes:
        text: Its text.
        fields: What is in it; of a name that stands there twice, the last counts.
    """

    text: SecretText
    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def parse(cls, text: SecretText) -> Self:
        """Reads a secret.

        Raises:
            ValueError: It is no JSON object. The error holds nothing of the text.
        """
        if text.reveal().startswith(_BYTE_ORDER_MARK):
            raise ValueError("it is not JSON: it begins with a byte order mark, which nobody sees")
        try:
            fields = _DECODER.decode(text.reveal())
        except (ValueError, RecursionError) as error:
            why = f"it is not JSON ({type(error).__name__})"
        else:
            if isinstance(fields, dict):
                return cls(text, fields)
            why = "it is no JSON object"
            del fields  # see `rotated_secret.discretion`
        # Outside of the handler: the exception holds the whole text, and must not travel along.
        raise ValueError(why)

    def replaced(self, values: Mapping[str, str | int]) -> SecretText:
        """The text with other values, and all else byte for byte as it was.

        Args:
            values: By name. What has its value already stays as it is written; a name that is
                missing comes last; one that stands there twice gets the value both times.
        """
        text = self.text.reveal()
        new = {name: json.dumps(value) for name, value in values.items()}
        for name, start, end in reversed([*_members(text)]):
            if name in new and _DECODER.decode(text[start:end]) != values[name]:
                text = text[:start] + new[name] + text[end:]
        missing = [f"{json.dumps(name)}: {new[name]}" for name in new if name not in self.fields]
        if missing:
            body = text.rstrip(_SPACE).removesuffix("}").rstrip(_SPACE)
            comma = ", " if self.fields else ""
            text = f"{body}{comma}{', '.join(missing)}{text[len(body) :]}"
        return SecretText(text)


def _members(text: str) -> Iterator[tuple[str, int, int]]:
    """Name, and begin and end of the value, of each member of an object that can be read."""
    at = _next(text, _next(text, 0) + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        start = _next(text, _next(text, at) + 1)
        _, end = _DECODER.raw_decode(text, start)
        yield name, start, end
        at = _next(text, end)
        if text[at] == ",":
            at = _next(text, at + 1)


def _next(text: str, at: int) -> int:
    """Where the next character is that is no space."""
    while text[at] in _SPACE:
        at += 1
    return at
