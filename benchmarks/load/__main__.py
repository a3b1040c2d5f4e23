"""`python -m benchmarks.load`: applications under one rotation after the other."""

import argparse
import os
import sys
from collections.abc import Sequence

from rich.console import Console

from benchmarks.load.database import database
from benchmarks.load.load import Outcome, run
from benchmarks.load.plan import Plan
from benchmarks.load.table import reasons, refused_anew, table
from benchmarks.rotation.engines import ENGINES, STRATEGIES
from credential_rotation.errors import SynthError
from local import toolchain
from local.errors import LocalError
from local.local_aws import LocalAws

FAULT_SECONDS = 2.0
WIDTH = 200
"""Columns, where there is no terminal to ask."""


def main(arguments: Sequence[str]) -> int:
    """Run the load and print what failed.

    Returns:
        0 if no operation failed of an application on our library, otherwise 1.
    """
    parser = argparse.ArgumentParser(prog="make load", description="Applications under rotations")
    parser.add_argument("--strategy", choices=STRATEGIES, action="append", help="all if left out")
    parser.add_argument("--engine", choices=ENGINES, default="postgres")
    parser.add_argument("--rotations", type=int, default=200, help="of each strategy")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDTH
    if strange := set(options.strategy or ()) - {*ENGINES[options.engine].strategies}:
        parser.error(f"{options.engine} has no strategy {', '.join(strange)}")
    plan = Plan.spread(options.rotations, seconds=FAULT_SECONDS)
    try:
        with (
            LocalAws(toolchain.find()) as aws,
            database(aws, options.engine) as server,
            console.status("") as status,
        ):
            os.environ["RDS_CA_BUNDLE"] = str(aws.authorities)
            outcomes = [
                run(aws, server, strategy, plan, others=True, tell=status.update)
                for strategy in options.strategy or server.engine.strategies
            ]
    except (LocalError, SynthError) as error:
        console.print(f"load: failed: {error}")
        return 1
    return max(_show(console, outcome) for outcome in outcomes)


def _show(console: Console, outcome: Outcome) -> int:
    console.print(table(outcome))
    console.print("Failed / all operations. Why they failed:")
    for library in outcome.libraries:
        console.print(
            f"  {library}: {reasons(outcome, library) or 'none did'};"
            f" with a secret read anew, {refused_anew(outcome, library)} refused"
        )
    ours = outcome.libraries[0]
    failed = outcome.tally.failed(ours)
    console.print(
        f"load: {outcome.strategy}: {failed} failed operations with {ours};"
        f" a rotation took {outcome.rotation_seconds:.2f} s on average\n"
    )
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
