"""What applications get their credentials from."""

from functools import partial

from benchmarks.load.caches import AwsCache, MakeCache, Powertools
from benchmarks.load.client import client_at
from benchmarks.load.others import Others
from benchmarks.load.ours import Ours
from benchmarks.load.record import Task
from benchmarks.load.way import Library

OURS = "rotated_secret"

_CACHES: dict[str, MakeCache] = {"Powertools": Powertools, "AWS caching client": AwsCache}
_RETRIES = ", with a retry"

OTHERS = tuple(f"{name}{retries}" for name in _CACHES for retries in ("", _RETRIES))
"""The names of the others."""


def library(task: Task) -> Library:
    """Make the library of a task."""
    client = partial(client_at, task.url)
    if task.library == OURS:
        return Ours(client, task.secret_id)
    make = _CACHES[task.library.removesuffix(_RETRIES)]
    return Others(make, client, task.secret_id, retries=task.library.endswith(_RETRIES))
