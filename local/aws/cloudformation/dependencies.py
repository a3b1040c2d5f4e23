"""In which order resources are made.

moto makes a resource when another one refers to it, and ignores DependsOn in change sets.
"""

import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

_SUBSTITUTED = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[^}]*)?\}")


def needs(resources: dict[str, Any]) -> dict[str, list[str]]:
    """Tell which other resources each refers to or depends on.

    Args:
        resources: The template's ``Resources``.
    """
    return {
        logical_id: [name for name in dict.fromkeys(_names(resource)) if name in resources]
        for logical_id, resource in resources.items()
    }


def creation_order(resources: dict[str, Any]) -> list[str]:
    """Order logical ids such that each comes after all that it refers to or depends on.

    Args:
        resources: The template's ``Resources``.

    Raises:
        graphlib.CycleError: They refer to each other in a circle.
    """
    return list(TopologicalSorter(needs(resources)).static_order())


def _names(resource: dict[str, Any]) -> Iterator[str]:
    depends_on = resource.get("DependsOn", [])
    yield from [depends_on] if isinstance(depends_on, str) else depends_on
    yield from _references(resource.get("Properties", {}))


def _references(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _reference(key, item)
            yield from _references(item)


def _reference(key: str, item: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if key == "Ref":
        yield item
    elif key == "Fn::GetAtt":
        yield item[0] if isinstance(item, list) else item.partition(".")[0]
    elif key == "Fn::Sub":
        yield from _SUBSTITUTED.findall(item if isinstance(item, str) else item[0])
