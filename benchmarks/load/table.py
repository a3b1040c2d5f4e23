"""What a person reads at the end."""

from collections import Counter

from rich import box
from rich.table import Table

from benchmarks.load import way
from benchmarks.load.load import Outcome
from benchmarks.load.tally import Count

WAYS = (way.FRESH, way.NEW, way.POOL, way.ENGINE, way.ASYNC_NEW, way.ASYNC_POOL)


def table(outcome: Outcome) -> Table:
    """Failed operations of all, by what the applications got their credential from."""
    made = Table(box=box.MARKDOWN)
    made.add_column(f"{outcome.plan.rotations} rotations, {outcome.strategy}", no_wrap=True)
    for each in (*ways(outcome), "all", "database away", "longest s"):
        made.add_column(each, justify="right", no_wrap=True)
    for library in outcome.libraries:
        counts = _counts(outcome, library)
        made.add_row(
            library,
            *(f"{each.failed:,} / {each.operations:,}" for each in counts),
            f"{sum(each.failed for each in counts):,}"
            f" / {sum(each.operations for each in counts):,}",
            f"{sum(each.away for each in counts):,}",
            f"{max(each.longest for each in counts):.1f}",
        )
    return made


def reasons(outcome: Outcome, library: str) -> str:
    """Why operations of a library failed, the most frequent first."""
    errors = sum((each.errors for each in _counts(outcome, library)), start=Counter[str]())
    return ", ".join(f"{kind} {number:,}" for kind, number in errors.most_common())


def refused_anew(outcome: Outcome, library: str) -> int:
    """How many logins were refused with a secret that was read for them: what no cache explains."""
    return outcome.tally.counts.get((library, way.FRESH), Count()).errors["refused"]


def _counts(outcome: Outcome, library: str) -> list[Count]:
    return [outcome.tally.counts.get((library, each), Count()) for each in ways(outcome)]


def ways(outcome: Outcome) -> list[str]:
    """What the applications did; not every product has a driver for all."""
    return [each for each in WAYS if any(found == each for _, found in outcome.tally.counts)]
