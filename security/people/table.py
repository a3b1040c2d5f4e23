"""Who may do what: one column for each role."""

from collections.abc import Sequence

from rich import box
from rich.table import Table

from security.people.staff import MEMBERS, Staff
from security.proof import Outcome
from security.tables import layers

ROLES = (*MEMBERS, "contractor")


def decisions(outcomes: Sequence[Outcome], staff: Staff) -> Table:
    """What became of each wish, by the role that somebody has or wants.

    Args:
        outcomes: Of everything that must be allowed, and of all attacks.
        staff: Knows how long a session may be, which STS looks at and no policy.
    """
    table = Table(title="Who may do what", title_justify="left", title_style="bold", box=box.SIMPLE)
    for column in ("what", *ROLES):
        table.add_column(column, overflow="fold")
    for what in dict.fromkeys(each.intent.what for each in outcomes):
        row = [each for each in outcomes if each.intent.what == what]
        table.add_row(what, *(_cell([each for each in row if _role(each) == r]) for r in ROLES))
    table.add_row("ask for a session of two hours", *(_asked_for(7200, staff, r) for r in ROLES))
    return table


def _asked_for(seconds: int, staff: Staff, role: str) -> str:
    longest = staff.longest_session(role)
    return "[red]! allowed[/]" if seconds <= longest else f"[dim]STS: {longest} s at most[/]"


def _cell(outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return ""
    verdicts = dict.fromkeys(
        f"[dim]{layers(each.refused_by)}[/]" if each.refused_by else "[green]allowed[/]"
        for each in outcomes
    )
    mark = "[red]![/] " if any(each.surprising for each in outcomes) else ""
    return mark + "; ".join(verdicts)


def _role(outcome: Outcome) -> str:
    """The role of a session; of others the one that their group may have, or that they want."""
    intent = outcome.intent
    wanted = intent.resource.rpartition("/")[2]
    candidates = (intent.who.name, intent.who.group_arn.rpartition("/")[2], wanted)
    named = [role for each in candidates for role in ROLES if each == role or _group_of(role, each)]
    return named[0] if named else ""


def _group_of(role: str, name: str) -> bool:
    group = MEMBERS[role][0] if role in MEMBERS else role
    return name.endswith((f"-{group}", f"-{role}"))
