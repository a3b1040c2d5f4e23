"""A policy with one thing less."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from security.documents import Document, Place

Statement = Mapping[str, Any]


@dataclass(frozen=True)
class Removal:
    """A policy from which one thing was taken.

    Attributes:
        place: Where the policy is.
        kind: `action`, `resource`, `condition`, `value` of a condition, or `statement`.
        what: What was taken, for people.
        actions: The actions that this may matter to; None if to any.
        document: What is left.
    """

    place: Place
    kind: str
    what: str
    actions: frozenset[str] | None
    document: Document

    def concerns(self, action: str) -> bool:
        """Whether this may matter to an action."""
        return self.actions is None or action in self.actions

    def __str__(self) -> str:
        return f"{self.what}, in the {self.place}"


def removals(place: Place, document: Document) -> Iterator[Removal]:
    """Take each action, resource, condition and value of a condition away, one at a time.

    Args:
        place: Where the policy is.
        document: The policy.
    """
    statements = list(document["Statement"])
    for position, statement in enumerate(statements):
        for kind, taken, actions, less in _less(statement):
            left = [less] if less else []
            changed = [*statements[:position], *left, *statements[position + 1 :]]
            name = statement.get("Sid") or f"{statement['Effect']} no. {position + 1}"
            what = f"{name}: the {kind} {taken}"
            yield Removal(place, kind, what, actions, {**document, "Statement": changed})


_Less = tuple[str, str, frozenset[str] | None, Statement | None]


def _less(statement: Statement) -> Iterator[_Less]:
    """Give kind and name of what is taken, the actions concerned, and what is left."""
    named = "Action" in statement and not any("*" in each for each in statement["Action"])
    every = frozenset(statement["Action"]) if named else None
    for element in ("Action", "NotAction"):
        for action in statement.get(element, []):
            about = frozenset({action}) if "*" not in action else None
            yield "action", action, about, _without(statement, element, action)
    if "Action" not in statement:  # without its actions it is not gone, but about all
        yield "statement", "as a whole", None, None
    for resource in statement.get("Resource", []):
        if len(statement["Resource"]) > 1:
            yield "resource", resource, every, _without(statement, "Resource", resource)
    for operator, keys in statement["Condition"].items():
        for key, values in keys.items():
            yield "condition", f"{operator} {key}", every, _having(statement, operator, key, [])
            for value in values if len(values) > 1 else []:
                fewer = [each for each in values if each != value]
                name = f"{value} of {operator} {key}"
                yield "value", name, every, _having(statement, operator, key, fewer)


def _without(statement: Statement, element: str, value: str) -> Statement | None:
    left = [each for each in statement[element] if each != value]
    return {**statement, element: left} if left else None


def _having(statement: Statement, operator: str, key: str, values: list[str]) -> Statement:
    condition = {each: dict(keys) for each, keys in statement["Condition"].items()}
    del condition[operator][key]
    if values:
        condition[operator][key] = values
    return {**statement, "Condition": {each: keys for each, keys in condition.items() if keys}}
