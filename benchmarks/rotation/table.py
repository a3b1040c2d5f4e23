"""What a person reads at the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from rich import box
from rich.table import Table

from benchmarks.rotation.series import Series

MOST_CALLS = {"alternating": 10, "single": 9}
MOST_CONNECTIONS = 4


@dataclass(frozen=True)
class Row:
    """One thing that is compared.

    Attributes:
        name: What it is, with its unit.
        of: The figures of a candidate, round by round.
        digits: Digits after the decimal point.
        target: What ours has to stay within, as the table says it.
    """

    name: str
    of: Callable[[Series], Sequence[float]]
    digits: int = 0
    target: str = ""


def rows(strategy: str) -> list[Row]:
    """What is compared for a strategy."""
    return [
        Row(
            "calls to Secrets Manager",
            lambda series: [series.counts.calls],
            target=f"at most {MOST_CALLS[strategy]}",
        ),
        Row(
            "connections to the database",
            lambda series: [series.counts.connections],
            target=f"at most {MOST_CONNECTIONS}",
        ),
        Row("packets of the database", lambda series: [series.counts.packets]),
        Row(
            "ms, in a running process",
            lambda series: [seconds * 1000 for seconds in series.warm],
            target="ratio at most 0.7",
        ),
        Row("ms, in a new process", lambda series: [each.seconds * 1000 for each in series.cold]),
        Row(
            "ms until the first call",
            lambda series: [each.start_seconds * 1000 for each in series.cold],
            target="ratio at most 1",
        ),
        Row("MB of zip", lambda series: [series.zip_bytes / 1e6], digits=2),
    ]


def comparison(strategy: str, ours: Series, other: Series | None) -> Table:
    """A line for each thing that is compared: medians, and the median of the rounds' ratios."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=f"A rotation, {strategy}")
    table.title_justify = "left"
    table.add_column("")
    for heading in ("ours", "other", "ours / other") if other else ("ours",):
        table.add_column(heading, justify="right")
    table.add_column("target")
    for row in rows(strategy):
        table.add_row(row.name, *_figures(row, ours, other), row.target)
    return table


def _figures(row: Row, ours: Series, other: Series | None) -> list[str]:
    mine = row.of(ours)
    figures = [f"{median(mine):.{row.digits}f}"]
    if other:
        theirs = row.of(other)
        ratio = median(one / another for one, another in zip(mine, theirs, strict=True))
        figures += [f"{median(theirs):.{row.digits}f}", f"{ratio:.2f}"]
    return figures
