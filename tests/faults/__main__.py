"""Tries every fault and prints what came of it: `python -m tests.faults [NAME ...]`.

With names of scenarios (the modules of `tests.faults.scenarios`) only those are run. The exit
status is 0 only if every fault was injected and survived, and every number that has to be zero is.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from rich.console import Console

from local.postgres import PostgresServer
from tests.faults.bench import Bench
from tests.faults.opening import open_bench
from tests.faults.plan import plan
from tests.faults.scenarios import leaks
from tests.faults.table import print_table
from tests.faults.tally import Tally

SETTINGS = {
    "max_connections": "300",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.max": "100000",
    "track_commit_timestamp": "on",
}

WORKERS = 12
"""More than processors: most of the time they wait for a time-out."""


def main(arguments: Sequence[str]) -> int:
    """Runs the scenarios that were asked for.

    Returns:
        The exit status.
    """
    names = list(plan())
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(names)}")
    chosen = parser.parse_args(arguments).names or names
    if unknown := set(chosen) - set(names):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 150)
    start = time.monotonic()
    with (
        PostgresServer(settings=SETTINGS) as server,
        open_bench(server, workers=WORKERS) as bench,
    ):
        with server.connect() as session:
            session.execute("CREATE EXTENSION pg_stat_statements")
        tallies = _run(bench, chosen, console)
    print_table(console, tallies)
    bad = sum(not tally.good for tally in tallies)
    console.print(
        f"{sum(tally.injected for tally in tallies):,} faults and checks in"
        f" {time.monotonic() - start:.0f} s: {bad or 'no'} line(s) with something wrong"
    )
    return 1 if bad else 0


def _run(bench: Bench, names: Sequence[str], console: Console) -> list[Tally]:
    tallies = []
    for name in names:
        for scenario in plan()[name]:
            start = time.monotonic()
            tally = scenario(bench)
            tallies.append(tally)
            outcome = "ok" if tally.good else "WRONG"
            line = f"{outcome:5} {time.monotonic() - start:5.1f} s {tally.scenario}"
            console.print(f"{line} ({tally.strategy})", markup=False, highlight=False)
    return [*tallies, *leaks.everywhere(bench)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
