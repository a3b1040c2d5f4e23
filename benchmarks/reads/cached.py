"""Reading a credential that is in the cache."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any, cast

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_secretsmanager_caching import SecretCache

from fakes.secrets_manager import SecretsManager
from rotated_secret import RotatedSecret

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:bench-AbCdEf"
OURS, POWERTOOLS, AWS = "rotated_secret", "Powertools", "AWS caching client"

Read = Callable[[], object]


@dataclass(frozen=True)
class Reads:
    """What reads took.

    Attributes:
        threads: How many read at once.
        nanoseconds: Of a read, by library, round by round: the time of all reads by their number.
    """

    threads: int
    nanoseconds: Mapping[str, list[float]] = field(default_factory=dict)

    def median(self, library: str) -> float:
        """The median of the rounds."""
        return median(self.nanoseconds[library])

    def ratio(self, library: str) -> float:
        """Ours by another's: the median of the rounds' ratios."""
        pairs = zip(self.nanoseconds[OURS], self.nanoseconds[library], strict=True)
        return median(mine / theirs for mine, theirs in pairs)


def readers() -> dict[str, Read]:
    """The read of each library, of one secret in memory.

    Each as it is quickest: Powertools and AWS's give the text, ours what it has parsed.
    """
    manager = SecretsManager()
    manager.create(ARN, {"username": "app_user", "password": "a-Password-of-nobody", "host": "db"})
    client = cast("Any", manager)
    secret = RotatedSecret(ARN, client=client)
    powertools = SecretsProvider(boto3_client=client)
    aws = SecretCache(client=client)
    return {
        OURS: secret.credential,
        POWERTOOLS: lambda: powertools.get(ARN),
        AWS: lambda: aws.get_secret_string(ARN),
    }


def measure(*, threads: int, rounds: int, reads: int) -> Reads:
    """Read from each in each round, in turn.

    Args:
        threads: How many read at once.
        rounds: How many rounds.
        reads: Reads of each library in a round, all threads together.
    """
    kinds = readers()
    found = Reads(threads, {name: [] for name in kinds})
    for _ in range(rounds):
        for name, read in kinds.items():
            read()  # from Secrets Manager, if Powertools' five seconds are over
            seconds = _at_once(read, threads, reads // threads)
            found.nanoseconds[name].append(seconds / reads * 1e9)
    return found


def _at_once(read: Read, threads: int, reads: int) -> float:
    start = threading.Barrier(threads + 1)

    def repeat() -> None:
        start.wait()
        for _ in range(reads):
            read()

    workers = [threading.Thread(target=repeat) for _ in range(threads)]
    for worker in workers:
        worker.start()
    start.wait()
    begun = time.perf_counter()
    for worker in workers:
        worker.join()
    return time.perf_counter() - begun
