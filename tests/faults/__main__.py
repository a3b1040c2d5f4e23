"""Tries every fault and prints what came of it: `python -m tests.faults [NAME ...]`.

With names of scenarios (the modules of `tests.faults.scenarios`) only those are run, and with
`--engine` only on that database. The exit status is 0 only if every fault was injected and
survived, and every number that has to be zero is.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console

from tests.faults.bench import Bench
from tests.faults.opening import open_bench
from tests.faults.plan import Scenario, plan, without_database
from tests.faults.scenarios import leaks
from tests.faults.subject import Subject, UnavailableError
from tests.faults.subjects import SUBJECTS
from tests.faults.table import print_table
from tests.faults.tally import Tally


def main(arguments: Sequence[str]) -> int:
    """Runs the scenarios that were asked for.

    Returns:
        The exit status.
    """
    names = [*plan(next(iter(SUBJECTS.values()))), *without_database()]
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(names)}")
    parser.add_argument("--engine", choices=SUBJECTS, action="append", help="all if left out")
    parser.add_argument("--workers", type=int, help="faults at the same time")
    options = parser.parse_args(arguments)
    chosen = options.names or names
    if unknown := set(chosen) - set(names):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 250)  # notes unfolded
    start = time.monotonic()
    tallies: list[Tally] = []
    others = without_database()
    for engine in options.engine or SUBJECTS:
        scenarios = {**plan(SUBJECTS[engine]), **others}
        picked = {name: scenarios[name] for name in chosen if name in scenarios}
        tallies += _on(
            SUBJECTS[engine],
            engine,
            picked,
            console,
            workers=options.workers or SUBJECTS[engine].workers,
        )
        others = {}  # once is enough
    bad = sum(not tally.good for tally in tallies)
    console.print(
        f"{sum(tally.injected for tally in tallies):,} faults and checks in"
        f" {time.monotonic() - start:.0f} s: {bad or 'no'} line(s) with something wrong"
    )
    return 1 if bad else 0


def _on(
    subject: type[Subject],
    engine: str,
    scenarios: Mapping[str, list[Scenario]],
    console: Console,
    *,
    workers: int,
) -> list[Tally]:
    """Runs scenarios on a server of one product, and prints what came of them."""
    try:
        with subject.started() as server, open_bench(server, workers=workers) as bench:
            tallies = list(_run(bench, scenarios, console))
            name = server.name
    except UnavailableError as error:
        tallies, name = [Tally("all", "all", skipped=str(error))], engine
    print_table(console, name, tallies)
    return tallies


def _run(
    bench: Bench, scenarios: Mapping[str, list[Scenario]], console: Console
) -> Iterator[Tally]:
    for each in scenarios.values():
        for scenario in each:
            start = time.monotonic()
            tally = scenario(bench)
            yield tally
            outcome = "ok" if tally.good else "WRONG"
            line = f"{outcome:5} {time.monotonic() - start:5.1f} s {tally.scenario}"
            console.print(f"{line} ({tally.strategy})", markup=False, highlight=False)
    yield from leaks.everywhere(bench)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
