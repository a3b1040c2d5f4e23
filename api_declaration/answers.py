"""Meanings of answers: done, gone, refused, full, later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from api_declaration.errors import DeclarationError
from api_declaration.part import Part
from api_declaration.pointer import Condition


class Meaning(StrEnum):
    """What an answer can mean."""

    DONE = "done"
    GONE = "gone"
    REFUSED = "refused"
    FULL = "full"
    LATER = "later"
    UNEXPECTED = "unexpected"


_LATER = frozenset({408, 425, 429, *range(500, 600)})
_DEFAULTS: Mapping[Meaning, frozenset[int]] = {
    Meaning.DONE: frozenset(range(200, 300)),
    Meaning.GONE: frozenset({404, 410}),
    Meaning.REFUSED: frozenset({401, 403}),
    Meaning.FULL: frozenset(),  # no status says so by itself
    Meaning.LATER: _LATER,
}
_REDIRECTS = range(300, 400)
_STATUSES = range(200, 600)


@dataclass(frozen=True, slots=True)
class _Rule:
    """An answer, and what it means."""

    meaning: Meaning
    status: int
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What the answers to a request mean.

    What is said of a value in the answer counts before what is said of a status alone, and what is
    declared before what is assumed.

    Attributes:
        rules: What was declared.
        defaults: What a status means otherwise.
    """

    rules: tuple[_Rule, ...]
    defaults: Mapping[int, Meaning]

    @classmethod
    def parse(cls, part: Part, *, meanings: tuple[Meaning, ...]) -> Self:
        """Read the field `answers` of a request.

        Args:
            part: The request.
            meanings: Which meanings answers to it can have.

        Raises:
            DeclarationError: A field is unknown, or two contradict each other.
        """
        given = part.part("answers") if "answers" in part else Part({}, part.at("answers"))
        given.only(*meanings)
        rules = tuple(rule for meaning in meanings for rule in _rules(given, meaning))
        seen: dict[int, Meaning] = {}
        for rule in rules:
            if rule.condition is not None:
                continue
            before = seen.setdefault(rule.status, rule.meaning)
            if before is not rule.meaning:
                raise given.wrong(rule.meaning, f"{rule.status} means {before} already")
        defaults = {
            status: meaning
            for meaning in meanings
            if meaning not in given or meaning is Meaning.LATER
            for status in _DEFAULTS[meaning]
        }
        return cls(tuple(sorted(rules, key=lambda rule: rule.condition is None)), defaults)

    def meaning(self, status: int, body: object) -> Meaning:
        """What an answer means.

        Args:
            status: Its status.
            body: What is in it; None if it is no JSON.
        """
        for rule in self.rules:
            if rule.status == status and (rule.condition is None or rule.condition.holds(body)):
                return rule.meaning
        return self.defaults.get(status, Meaning.UNEXPECTED)


def _rules(given: Part, meaning: Meaning) -> Iterator[_Rule]:
    if meaning in given and not given.items(meaning, most=20):
        raise given.wrong(meaning, "it has to name an answer, or be left out")
    for at, each in enumerate(given.items(meaning, most=20)):
        path = f"{given.at(meaning)}.{at}"
        if isinstance(each, Mapping):
            part = Part(each, path).only("status", "at", "is")
            status, condition = _status(part.value("status"), part.at("status")), Condition.of(part)
            yield _Rule(meaning, status, condition)
        else:
            yield _Rule(meaning, _status(each, path))


def _status(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in _STATUSES:
        raise DeclarationError(path, "it has to be a status from 200 to 599")
    if value in _REDIRECTS:
        raise DeclarationError(path, "redirects are not followed, so they can mean nothing")
    return value
