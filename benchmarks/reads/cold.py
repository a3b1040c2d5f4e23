"""A consumer that starts: from nothing to a login."""

import io
import json
import subprocess
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from credential_rotation.bundle import Bundle
from local.errors import LocalError

PROBE = Path(__file__).parent / "probe.py"
FUNCTIONS = Path(__file__).parent / "functions"
PARTS = ("import", "client", "read", "login")


@dataclass(frozen=True)
class Consumer:
    """A function that logs in.

    Attributes:
        name: For the table.
        handler: As Lambda's configuration names it.
        code: Its zip.
    """

    name: str
    handler: str
    code: bytes

    def unpack(self, folder: Path) -> Path:
        """Unpack the zip, as Lambda does.

        Returns:
            Where it is.
        """
        target = folder / self.name
        zipfile.ZipFile(io.BytesIO(self.code)).extractall(target)
        return target


def consumers() -> list[Consumer]:
    """The function that the stack deploys, and the same on Powertools.

    Raises:
        BundleError: One could not be built.
    """
    beside = Bundle("powertools_consumer", source=FUNCTIONS)
    return [
        Consumer("ours", "consumer.handler.handler", Bundle("consumer").build().read_bytes()),
        Consumer("powertools", "powertools_consumer.handler.handler", beside.build().read_bytes()),
    ]


def start(
    consumer: Consumer, code: Path, *, python: Path, environment: Mapping[str, str]
) -> dict[str, float]:
    """Run a consumer once in a new process.

    Args:
        consumer: The function.
        code: Where its zip is unpacked.
        python: The interpreter that stands for Lambda's runtime.
        environment: All variables of the process.

    Returns:
        Seconds by part, and `all` from the start of the process to the answer.

    Raises:
        LocalError: It did not log in.
    """
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own probe on our own zip
        [python, "-I", PROBE, code, consumer.handler],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LocalError(
            f"the consumer {consumer.name} did not log in",
            why=done.stderr.strip().splitlines()[-1],
            remedy="Run its handler by hand",
        )
    told = json.loads(done.stdout)
    return {**{part: told[part] for part in PARTS}, "all": told["ended"] - begun}


def measure(
    run: Callable[[Consumer], dict[str, float]], found: list[Consumer], *, rounds: int
) -> dict[str, list[dict[str, float]]]:
    """Start each consumer in each round, in turn, after one round that warms the disk.

    Args:
        run: Starts one.
        found: The consumers.
        rounds: How many rounds.
    """
    for consumer in found:
        run(consumer)
    times: dict[str, list[dict[str, float]]] = {consumer.name: [] for consumer in found}
    for _ in range(rounds):
        for consumer in found:
            times[consumer.name].append(run(consumer))
    return times
