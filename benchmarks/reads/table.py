"""What a person reads at the end."""

from collections.abc import Mapping, Sequence
from statistics import median

from rich import box
from rich.table import Table

from benchmarks.reads.cached import AWS, OURS, POWERTOOLS, Reads
from benchmarks.reads.cold import PARTS, Consumer
from benchmarks.reads.refresh import Refresh

_LIBRARIES = (OURS, POWERTOOLS, AWS)
_WORDS = {
    "import": "ms, imports",
    "client": "ms, client",
    "read": "ms, first read",
    "login": "ms, login and query",
    "all": "ms, from the start of the process",
}


def cached(found: Sequence[Reads]) -> Table:
    """Reads from the cache."""
    made = _table("cached reads", *_LIBRARIES, "ours / Powertools", "ours / AWS")
    for reads in found:
        made.add_row(
            f"ns, {reads.threads} thread{'s' if reads.threads > 1 else ''}",
            *(f"{reads.median(name):,.0f}" for name in _LIBRARIES),
            *(f"{reads.ratio(name):.3f}" for name in (POWERTOOLS, AWS)),
        )
    return made


def refreshed(found: Mapping[str, Refresh]) -> Table:
    """A forced refresh of many threads."""
    made = _table("64 threads refused at once", *_LIBRARIES)
    made.add_row("calls to Secrets Manager", *(str(found[name].calls) for name in _LIBRARIES))
    made.add_row("s, until all have it", *(f"{found[name].seconds:.2f}" for name in _LIBRARIES))
    return made


def started(times: Mapping[str, Sequence[Mapping[str, float]]], found: Sequence[Consumer]) -> Table:
    """A consumer's cold start."""
    made = _table("cold start", *(consumer.name for consumer in found), "ratio")
    for part in (*PARTS, "all"):
        series = [[each[part] * 1000 for each in times[consumer.name]] for consumer in found]
        ratio = median(mine / theirs for mine, theirs in zip(*series, strict=True))
        made.add_row(_WORDS[part], *(f"{median(each):.0f}" for each in series), f"{ratio:.2f}")
    sizes = [len(consumer.code) / 1e6 for consumer in found]
    made.add_row("MB of zip", *(f"{size:.2f}" for size in sizes), f"{sizes[0] / sizes[1]:.2f}")
    return made


def _table(title: str, *columns: str) -> Table:
    made = Table(box=box.MARKDOWN)
    made.add_column(title, no_wrap=True)
    for column in columns:
        made.add_column(column, justify="right", no_wrap=True)
    return made
