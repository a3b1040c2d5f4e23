"""``python -m benchmarks.rotation``: see `benchmarks.rotation`."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median

from rich.console import Console

import stacks  # noqa: F401 - first: it chooses the Node.js that the CDK starts on import

# isort: split
from benchmarks.rotation.authority import Authority
from benchmarks.rotation.candidate import HANDLERS, Candidate, empty, other, ours
from benchmarks.rotation.series import measure
from benchmarks.rotation.site import Site
from benchmarks.rotation.table import comparison
from benchmarks.rotation.trial import Trial
from local import toolchain
from local.errors import LocalError
from local.postgres import PostgresServer
from stacks.errors import SynthError


def main(arguments: Sequence[str]) -> int:
    """Measure and print.

    Returns:
        0 if all rotations succeeded, otherwise 1. Whether the figures are good, a person judges.
    """
    parser = argparse.ArgumentParser(prog="make bench", description="Measure what a rotation costs")
    parser.add_argument("--strategy", choices=HANDLERS, default="alternating")
    parser.add_argument("--other", type=Path, help="unpacked zip of another rotation handler")
    parser.add_argument("--handler", default="lambda_function.lambda_handler", help="its handler")
    parser.add_argument("--rounds", type=int, default=15, help="rotations in a running process")
    parser.add_argument("--cold-rounds", type=int, default=7, help="rotations in new processes")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    try:
        candidates = [ours(options.strategy)]
        if options.other:
            candidates.append(other(options.other, options.handler))
        _run(console, candidates, options)
    except (LocalError, SynthError) as error:
        console.print(f"bench: failed: {error}")
        return 1
    return 0


def _run(console: Console, candidates: list[Candidate], options: argparse.Namespace) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(PostgresServer())
        # Whom our own code trusts, which makes the first users.
        os.environ["RDS_CA_BUNDLE"] = str(server.ca)
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        start = partial(
            Trial,
            authority=Authority(directory),
            interpreter=toolchain.find().runtime,
            directory=directory,
        )
        trials = [
            stack.enter_context(start(candidate, Site(server)).open())
            for candidate in (*candidates, empty())
        ]
        nothing = trials.pop()
        with console.status("") as status:
            found = measure(
                trials,
                rounds=options.rounds,
                cold_rounds=options.cold_rounds,
                tell=status.update,
            )
            starts = [nothing.start() for _ in range(options.cold_rounds)]
        console.print(comparison(options.strategy, *found, *[None] * (2 - len(found))))
        console.print(
            f"Medians of {options.rounds} rotations in a running and {options.cold_rounds} in new"
            f" processes, in turn. A handler that does nothing takes {median(starts) * 1000:.0f} ms"
            " to start."
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
