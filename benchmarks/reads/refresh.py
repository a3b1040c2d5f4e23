"""Many threads whose credential was refused at once."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_secretsmanager_caching import SecretCache

from benchmarks.reads.cached import ARN, AWS, OURS, POWERTOOLS
from fakes.secrets_manager import SecretsManager
from rotated_secret import RotatedSecret
from rotated_secret.cache import AGAIN_SECONDS

THREADS = 64
ANSWER_SECONDS = 0.02
"""How long Secrets Manager takes to answer."""

_AGE_SECONDS = 2 * AGAIN_SECONDS
"""How old the credential is that is refused. Ours does not read what it has just read."""


@dataclass(frozen=True)
class Refresh:
    """What a forced refresh of all threads took.

    Attributes:
        calls: Calls to Secrets Manager.
        seconds: Until the last thread had the new credential.
    """

    calls: int
    seconds: float


def measure() -> dict[str, Refresh]:
    """Refuse the credential of 64 threads, once for each library."""
    return {
        OURS: _measure(_ours),
        POWERTOOLS: _measure(_powertools),
        AWS: _measure(_aws),
    }


def _measure(prepare: Callable[[Any], Callable[[], object]]) -> Refresh:
    manager = SecretsManager()
    manager.create(ARN, _login("first"))
    refresh = prepare(cast("Any", manager))
    manager.put(ARN, "AWSCURRENT", _login("second"))
    time.sleep(_AGE_SECONDS)
    manager.calls.clear()
    manager.before = lambda _: time.sleep(ANSWER_SECONDS)
    start = threading.Barrier(THREADS)

    def refused() -> None:
        start.wait()
        refresh()

    threads = [threading.Thread(target=refused) for _ in range(THREADS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Refresh(len(manager.calls), time.perf_counter() - begun)


def _login(password: str) -> dict[str, str]:
    return {"username": "app_user", "password": password}


def _ours(client: Any) -> Callable[[], object]:  # noqa: ANN401 - stands for boto3's
    secret = RotatedSecret(ARN, client=client)
    held = secret.credential()
    return lambda: secret.refresh(held)


def _powertools(client: Any) -> Callable[[], object]:  # noqa: ANN401 - the same
    provider = SecretsProvider(boto3_client=client)
    provider.get(ARN)
    return lambda: provider.get(ARN, force_fetch=True)


def _aws(client: Any) -> Callable[[], object]:  # noqa: ANN401 - the same
    cache = SecretCache(client=client)
    cache.get_secret_string(ARN)

    def refresh() -> None:
        cache.refresh_secret_now(ARN)
        cache.get_secret_string(ARN)

    return refresh
