"""What a person reads at the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from rich import box
from rich.table import Table

from benchmarks.rotation.engines import Engine
from benchmarks.rotation.rotation import Network
from benchmarks.rotation.series import Series, Times


@dataclass(frozen=True)
class Row:
    """One thing that is compared and that no network changes.

    Attributes:
        name: What it is, with its unit.
        of: The figure of a candidate.
        digits: Digits after the decimal point.
        target: What ours has to stay within, as the table says it.
    """

    name: str
    of: Callable[[Series], float]
    digits: int = 0
    target: str = ""


def rows(engine: Engine, strategy: str) -> list[Row]:
    """What is compared for a strategy on a database product."""
    return [
        Row(
            "calls to Secrets Manager",
            lambda series: series.counts.calls,
            target=f"at most {engine.calls[strategy]}",
        ),
        Row(
            "connections to the database",
            lambda series: series.counts.connections,
            target=f"at most {engine.connections}",
        ),
        Row("packets of the database", lambda series: series.counts.packets),
        Row("MB of zip", lambda series: series.zip_bytes / 1e6, digits=2),
    ]


def comparison(engine: Engine, strategy: str, ours: Series, other: Series | None) -> Table:
    """A line for each thing that is counted."""
    table = _table(f"A rotation, {strategy}", "", _headings(other), ("target",))
    for row in rows(engine, strategy):
        mine, theirs = [row.of(ours)], [row.of(other)] if other else []
        table.add_row(row.name, *_figures(mine, theirs, row.digits), row.target)
    return table


TIMES: dict[str, Callable[[Times], Sequence[float]]] = {
    "in a running process": lambda times: times.warm,
    "in a new process": lambda times: [each.seconds for each in times.cold],
    "until the first call": lambda times: [each.start_seconds for each in times.cold],
}


def on_networks(what: str, ours: Series, other: Series | None) -> Table:
    """A line for each network: medians in ms, and the median of the rounds' ratios."""
    table = _table(f"ms, {what}", "ms a call", ("ms a packet", *_headings(other)), ())
    for network in ours.times:
        mine, theirs = _ms(what, ours, network), _ms(what, other, network) if other else []
        place = (f"{network.call_ms:g}", f"{network.packet_ms:g}")
        table.add_row(*place, *_figures(mine, theirs, 0))
    return table


def _ms(what: str, series: Series, network: Network) -> list[float]:
    return [seconds * 1000 for seconds in TIMES[what](series.times[network])]


def _headings(other: Series | None) -> tuple[str, ...]:
    return ("ours", "other", "ours / other") if other else ("ours",)


def _table(title: str, first: str, figures: Sequence[str], last: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title)
    table.title_justify = "left"
    table.add_column(first)
    for heading in figures:
        table.add_column(heading, justify="right")
    for heading in last:
        table.add_column(heading)
    return table


def _figures(mine: Sequence[float], theirs: Sequence[float], digits: int) -> list[str]:
    figures = [f"{median(mine):.{digits}f}"]
    if theirs:
        ratio = median(one / another for one, another in zip(mine, theirs, strict=True))
        figures += [f"{median(theirs):.{digits}f}", f"{ratio:.2f}"]
    return figures
