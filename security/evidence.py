"""What in a template shows that a control is satisfied."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from security.deployment import Deployment

Holds = Callable[[Any], bool]
Find = Callable[[Deployment], Sequence[str]]
"""Gives the lines that show it; none if it is not so."""

_LONGEST = 60


@dataclass(frozen=True)
class Every:
    """Every resource of a type has a property that is as it should be.

    Attributes:
        kind: The type.
        path: The property, with dots for what is within, and ~ for a dot in a name.
        holds: Whether a value is as it should be; None is what is missing.
        where: A property that the resources have, and how its value begins; all of the type if
            left out.
    """

    kind: str
    path: str
    holds: Holds
    where: tuple[str, str] | None = None

    def __call__(self, deployment: Deployment) -> Sequence[str]:
        """Give one line for each resource, or none at all if one of them is otherwise."""
        values = [
            (name, at(each, self.path))
            for name, each in of(deployment, self.kind)
            if not self.where or str(at(each, self.where[0])).startswith(self.where[1])
        ]
        if not all(self.holds(value) for _, value in values):
            return ()
        return [line(name, self.path, value) for name, value in values]


def of(deployment: Deployment, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All resources of a type, by logical id."""
    for name, resource in deployment.parts.ids.resources.items():
        if resource["Type"] == kind:
            yield name, resource


def at(resource: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401  # JSON
    """The value of a resource's property, or of an attribute such as DeletionPolicy."""
    value: Any = resource if path in resource else resource.get("Properties", {})
    for key in path.split("."):
        value = value.get(key.replace("~", ".")) if isinstance(value, Mapping) else None
    return value


def line(name: str, path: str, value: object) -> str:
    """A line of the template, for people."""
    text = "left out" if value is None else json.dumps(value)
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return f"{name}.{path.replace('~', '.')}: {short}"


def equals(expected: object) -> Holds:
    """The value is this one."""
    return lambda value: bool(value == expected)


def at_least(number: int) -> Holds:
    """The value is this number or a larger one."""
    return lambda value: isinstance(value, int) and value >= number


def none_of(*others: object) -> Holds:
    """The value is there, and is none of these."""
    return lambda value: value is not None and value not in others


def is_true(value: object) -> bool:
    """The value is true."""
    return value is True


def is_false(value: object) -> bool:
    """The value is false."""
    return value is False


def not_false(value: object) -> bool:
    """The value is true or left out, which means the same."""
    return value is not False


def present(value: object) -> bool:
    """The value is there and not empty."""
    return bool(value)


def includes(*expected: str) -> Holds:
    """The value is a list with all of these."""
    return lambda value: isinstance(value, list) and set(expected) <= set(value)
