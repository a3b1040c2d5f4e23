"""What a person reads at the end."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from tests.faults.tally import Tally

_NUMBERS = ("injected", "survived", "outages", "failed logins", "leaks", "longest step")
_SHOWN_FINDINGS = 5


def print_table(console: Console, title: str, tallies: Sequence[Tally]) -> None:
    """Prints a line for each scenario, and below what was wrong.

    Args:
        console: Where.
        title: What it is about.
        tallies: The lines.
    """
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left")
    table.add_column("scenario", no_wrap=True)
    table.add_column("strategy", no_wrap=True)
    for name in _NUMBERS:
        table.add_column(name, justify="right")
    table.add_column("note")
    for tally in tallies:
        table.add_row(*_cells(tally), style=None if tally.good else "bold red")
    console.print(table)
    for tally in tallies:
        for finding in tally.findings[:_SHOWN_FINDINGS]:
            console.print(f"{tally.scenario} ({tally.strategy}): {finding}", markup=False)


def _cells(tally: Tally) -> list[str]:
    remarks = [f"{count} x {remark}" for remark, count in tally.remarks.items()]
    return [
        tally.scenario,
        tally.strategy,
        f"{tally.injected}"
        if tally.injected == tally.wanted
        else f"{tally.injected} of {tally.wanted}",
        str(tally.survived),
        str(tally.outages),
        str(tally.failed_logins),
        str(tally.leaks),
        f"{tally.seconds:.1f} s" if tally.seconds else "",
        "; ".join([*filter(None, (tally.skipped, tally.note)), *remarks]),
    ]
