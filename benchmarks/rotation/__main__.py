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
from benchmarks.rotation.candidate import Candidate, empty, other, ours
from benchmarks.rotation.engines import ENGINES, STRATEGIES, Engine
from benchmarks.rotation.rotation import Network
from benchmarks.rotation.series import measure
from benchmarks.rotation.site import Site
from benchmarks.rotation.table import TIMES, comparison, on_networks
from benchmarks.rotation.trial import Trial
from credential_rotation.errors import SynthError
from credential_rotation.packages import RUNTIME
from local import toolchain
from local.errors import LocalError
from local.patience import slowness


def main(arguments: Sequence[str]) -> int:
    """Measure and print.

    Returns:
        0 if all rotations succeeded, otherwise 1. Whether the figures are good, a person judges.
    """
    parser = argparse.ArgumentParser(prog="make bench", description="Measure what a rotation costs")
    parser.add_argument("--engine", choices=ENGINES, default="postgres")
    parser.add_argument("--strategy", choices=STRATEGIES, help="this one alone")
    for strategy in STRATEGIES:
        parser.add_argument(
            f"--{strategy}", type=Path, help=f"unpacked zip of another handler, {strategy}"
        )
    parser.add_argument("--handler", default="lambda_function.lambda_handler", help="its handler")
    parser.add_argument("--call-ms", type=_figures, default=[0.0, 5.0, 20.0])
    parser.add_argument("--packet-ms", type=_figures, default=[0.0, 0.3, 1.0])
    parser.add_argument("--rounds", type=int, default=15, help="rotations in a running process")
    parser.add_argument("--cold-rounds", type=int, default=7, help="rotations in new processes")
    options = parser.parse_args(arguments)
    engine = ENGINES[options.engine]
    if options.strategy not in {None, *engine.strategies}:
        parser.error(f"{options.engine} has no strategy {options.strategy}")
    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    try:
        candidates = {
            strategy: _candidates(engine, strategy, getattr(options, strategy), options.handler)
            for strategy in engine.strategies
            if options.strategy in {None, strategy}
        }
        for strategy, both in candidates.items():
            _run(console, engine, strategy, both, options)
    except (LocalError, SynthError) as error:
        console.print(f"bench: failed: {error}")
        return 1
    return 0


def _figures(text: str) -> list[float]:
    """Numbers, separated by commas."""
    return [float(each) for each in text.split(",")]


def _candidates(
    engine: Engine, strategy: str, folder: Path | None, handler: str
) -> list[Candidate]:
    return [ours(engine, strategy), *([other(folder, handler)] if folder else [])]


def _run(
    console: Console,
    engine: Engine,
    strategy: str,
    candidates: list[Candidate],
    options: argparse.Namespace,
) -> None:
    networks = [Network(call, packet) for call in options.call_ms for packet in options.packet_ms]
    with ExitStack() as stack:
        server = stack.enter_context(engine.server())
        # Whom our own code trusts, which makes the first users.
        os.environ["RDS_CA_BUNDLE"] = str(server.ca)
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        start = partial(
            Trial,
            framing=engine.framing,
            authority=Authority(directory),
            interpreter=toolchain.find().runtime,
            directory=directory,
        )
        trials = [
            stack.enter_context(start(candidate, Site(engine.product(server))).open())
            for candidate in (*candidates, empty())
        ]
        nothing = trials.pop()
        with console.status("") as status:
            found = measure(
                trials,
                networks,
                rounds=options.rounds,
                cold_rounds=options.cold_rounds,
                tell=status.update,
            )
            starts = [nothing.start() for _ in range(options.cold_rounds)]
        mine, theirs = found[0], found[1] if len(found) > 1 else None
        console.print(comparison(engine, strategy, mine, theirs))
        for what in TIMES:
            console.print(on_networks(what, mine, theirs))
        console.print(
            f"Medians of {options.rounds} rotations in a running and {options.cold_rounds} in new"
            f" processes, in turn. A handler that does nothing takes {median(starts) * 1000:.0f} ms"
            " to start."
        )
        if (here := f"python{sys.version_info[0]}.{sys.version_info[1]}") != RUNTIME:
            console.print(
                f"The functions run on {RUNTIME}, and here on {here}, which can't use the bytecode"
                " in their zips: figures of new processes are not worth quoting."
            )
        if (times := slowness()) > 1:
            console.print(
                f"This machine was {times:.0f} times slower than an idle one at the end: the"
                " figures are not worth quoting."
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
