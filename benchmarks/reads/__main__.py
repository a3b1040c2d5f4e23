"""`python -m benchmarks.reads`: what reads of the credential cost."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from benchmarks.reads import cached, cold, refresh, table
from benchmarks.reads.cold import Consumer
from benchmarks.rotation.authority import Authority
from benchmarks.rotation.secrets_manager import ServedSecretsManager
from benchmarks.rotation.site import Site
from credential_rotation.errors import SynthError
from fakes.postgres import PostgreSQL
from local import toolchain
from local.errors import LocalError
from local.postgres import PostgresServer
from rotated_secret.tls import AUTHORITIES

WIDTH = 120
"""Columns, where there is no terminal to ask."""


def main(arguments: Sequence[str]) -> int:
    """Measure and print.

    Returns:
        0 if everything ran, otherwise 1. Whether the figures are good, a person judges.
    """
    parser = argparse.ArgumentParser(prog="make reads", description="Measure what reads cost")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--reads", type=int, default=40_000, help="of each library in a round")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDTH
    try:
        times, found = _cold(options.rounds)
    except (LocalError, SynthError) as error:
        console.print(f"reads: failed: {error}")
        return 1
    reads = [
        cached.measure(threads=threads, rounds=options.rounds, reads=options.reads)
        for threads in (1, 8)
    ]
    for made in (
        table.cached(reads),
        table.refreshed(refresh.measure()),
        table.started(times, found),
    ):
        console.print(made)
    console.print(f"Medians of {options.rounds} rounds, each with all of them in turn.")
    return 0


def _cold(rounds: int) -> tuple[dict[str, list[dict[str, float]]], list[Consumer]]:
    """Measure the consumers' starts, with a real database and a Secrets Manager behind TLS."""
    found = cold.consumers()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reads-")))
        server = stack.enter_context(PostgresServer())
        trusted = folder / "trusted.pem"
        trusted.write_bytes(AUTHORITIES.read_bytes() + server.ca.read_bytes())
        os.environ["RDS_CA_BUNDLE"] = str(trusted)  # for our own code, which makes the user
        site = Site(PostgreSQL(server))
        site.create_first_user()
        authority = Authority(folder)
        served = stack.enter_context(ServedSecretsManager(site.secrets, authority))
        environment = {
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_CA_BUNDLE": str(authority.bundle),
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL": served.url,
            "AWS_SECRET_ACCESS_KEY": "bench",
            "RDS_CA_BUNDLE": str(trusted),
            "SECRET_ID": site.arn,
        }
        code = {consumer.name: consumer.unpack(folder) for consumer in found}
        python = toolchain.find().runtime
        times = cold.measure(
            lambda consumer: cold.start(
                consumer, code[consumer.name], python=python, environment=environment
            ),
            found,
            rounds=rounds,
        )
    return times, found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
