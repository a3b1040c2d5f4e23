"""What was proven, as tables for people."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from rich import box
from rich.table import Table

from local.policies import Layer
from security.proof import Outcome
from security.removals import Removal
from security.wildcards import Everything

_SHORT = {
    Layer.IDENTITY: "identity",
    Layer.RESOURCE: "resource",
    Layer.KEY: "key",
    Layer.TRUST: "trust",
    Layer.ENDPOINT: "endpoint",
    Layer.BOUNDARY: "boundary",
    Layer.SESSION: "session",
}
_T = TypeVar("_T")


def needed(outcomes: Sequence[Outcome]) -> Table:
    """What everything is for, and whether it is allowed."""
    table = _table("What it is for", "what", "who", "actions", "requests", "verdict")
    for group in _grouped(outcomes, lambda each: each.intent.what):
        refused = {layer for each in group for layer in each.refused_by}
        verdict = f"[red]refused: {layers(refused)}" if refused else "allowed"
        table.add_row(*_told(group), verdict)
    return table


def attacked(outcomes: Sequence[Outcome]) -> Table:
    """What is tried, and which layers refuse it, each of them by itself."""
    table = _table("Attacks", "what", "by whom", "actions", "requests", "refused by each of")
    for group in _grouped(outcomes, lambda each: (each.intent.what, each.expected)):
        odd = [each for each in group if each.surprising]
        refused = layers(group[0].expected)
        if odd:
            refused = f"[red]{layers(odd[0].refused_by) or 'nobody'}, not {refused}"
        table.add_row(*_told(group), refused)
    return table


def _told(group: Sequence[Outcome]) -> tuple[str, str, str, str]:
    who = dict.fromkeys(each.intent.who.name for each in group)
    actions = dict.fromkeys(each.intent.action for each in group)
    return group[0].intent.what, ", ".join(who), ", ".join(actions), str(len(group))


def removed(removals: Sequence[Removal], survivors: Sequence[Removal]) -> Table:
    """How much can be taken out of each policy without anything being missed."""
    kinds = ("action", "resource", "condition", "value", "statement")
    table = _table("One thing less", "policy", *(f"{kind}s" for kind in kinds), "not missed")
    for group in _grouped(removals, lambda each: each.place):
        counts = [str(sum(each.kind == kind for each in group)) for kind in kinds]
        left = [each.what for each in survivors if each.place == group[0].place]
        table.add_row(str(group[0].place), *counts, f"[red]{chr(10).join(left)}" if left else "0")
    return table


def everything(found: Sequence[Everything]) -> Table:
    """The statements for all resources, with their reasons."""
    table = _table("Resource: *", "statement", "policies", "number", "why")
    for each in found:
        kinds = dict.fromkeys(str(place.layer) for place in each.places)
        why = each.reason or "[red]no reason is written down in security/wildcards.py"
        table.add_row(each.sid, "\n".join(kinds), str(len(each.places)), why)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _grouped(items: Iterable[_T], key: Callable[[_T], Hashable]) -> list[list[_T]]:
    groups: dict[Hashable, list[_T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())


def layers(found: Iterable[Layer]) -> str:
    """Name layers in short."""
    return ", ".join(sorted(_SHORT[layer] for layer in found))
