"""What applications get their credentials from."""

from functools import partial

from benchmarks.load.caches import AwsCache, MakeCache, Powertools
from benchmarks.load.client import client_at
from benchmarks.load.others import Others, OthersOnMySQL, OthersOnPostgres
from benchmarks.load.ours import Ours, OursOnMySQL, OursOnPostgres
from benchmarks.load.record import Task
from benchmarks.load.way import Library

OURS = "rotated_secret"

_CACHES: dict[str, MakeCache] = {"Powertools": Powertools, "AWS caching client": AwsCache}
_RETRIES = ", with a retry"

OTHERS = tuple(f"{name}{retries}" for name in _CACHES for retries in ("", _RETRIES))
"""The names of the others."""


_DRIVERS: dict[str, tuple[type[Ours], type[Others]]] = {
    "postgres": (OursOnPostgres, OthersOnPostgres),
    "mariadb": (OursOnMySQL, OthersOnMySQL),
    "mysql": (OursOnMySQL, OthersOnMySQL),
}

LOADS: dict[str, tuple[bool, ...]] = {
    "postgres": (False, True),
    "mariadb": (False,),
    "mysql": (False,),
}
"""Whether processes run coroutines, by engine: one process for each."""


def library(task: Task) -> Library:
    """Make the library of a task."""
    client = partial(client_at, task.url)
    ours, others = _DRIVERS[task.engine]
    if task.library == OURS:
        return ours(client, task.secret_id)
    make = _CACHES[task.library.removesuffix(_RETRIES)]
    return others(make, client, task.secret_id, retries=task.library.endswith(_RETRIES))
