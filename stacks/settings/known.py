"""The settings by their names on the command line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from stacks.settings.databases import NamedDatabase
from stacks.settings.field import Group
from stacks.settings.model import Settings

NAME = "NAME"
"""Stands for the name of a database or a login."""


@dataclass(frozen=True)
class Below:
    """What is below a field: the settings of a group, or of many groups by name."""

    group: type[Group]
    named: bool


@cache
def known_settings() -> Mapping[str, FieldInfo]:
    """Every setting by its name on the command line, such as `database.port`.

    What a database has from the groups `database` and `rotation` is not told again.
    """
    return dict(_known(Settings, ()))


def field_of(path: Sequence[str]) -> tuple[str, FieldInfo] | None:
    """Find the setting that a path is about.

    Args:
        path: Such as `("databases", "main", "port")`; may lead further than the setting.

    Returns:
        The setting's name, and the setting; None if the path ends at a group.
    """
    group: type[Group] = Settings
    found = None
    at = 0
    while at < len(path):
        field = group.model_fields.get(path[at])
        if field is None:
            return found
        at += 1
        if field.json_schema_extra:
            found = ".".join(path[:at]), field
        below = below_field(field)
        if below is None:
            return found
        group = below.group
        if below.named:
            at += 1
    return found


def has_fields(path: Sequence[str]) -> bool:
    """Whether there are settings below a path, so that `path.field` may be named."""
    group: type[Group] = Settings
    at = 0
    while at < len(path):
        field = group.model_fields.get(path[at])
        below = below_field(field) if field else None
        if below is None:
            return False
        group = below.group
        at += 2 if below.named else 1
    return True


def below_field(field: FieldInfo) -> Below | None:
    """What is below a field; None if it is a value."""
    return _below(field.annotation)


def _below(annotation: Any) -> Below | None:  # noqa: ANN401 - of any type
    if isinstance(annotation, type) and issubclass(annotation, Group):
        return Below(annotation, named=False)
    named = _is_mapping(annotation)
    for argument in get_args(annotation):
        below = _below(argument)
        if below:
            return Below(below.group, named or below.named)
    return None


def _is_mapping(annotation: Any) -> bool:  # noqa: ANN401 - of any type
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _known(group: type[Group], at: tuple[str, ...]) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in group.model_fields.items():
        if issubclass(group, NamedDatabase) and _inherited(name):
            continue
        path = (*at, name)
        if field.json_schema_extra:
            yield ".".join(path), field
        below = below_field(field)
        if below:
            yield from _known(below.group, (*path, NAME) if below.named else path)


def _inherited(name: str) -> bool:
    return name == "rotation" or any(
        name in base.model_fields for base in NamedDatabase.__bases__ if issubclass(base, Group)
    )
