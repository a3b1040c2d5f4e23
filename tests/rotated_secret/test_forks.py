"""A web server that forks its workers after the handle was made."""

import os
import threading
from collections.abc import Callable
from typing import Any, cast

import pytest
from botocore.exceptions import NoRegionError

from rotated_secret import RotatedSecret
from rotated_secret import client as client_module
from tests.rotated_secret.conftest import ARN, FIRST_PASSWORD, Hands, Store

pytestmark = pytest.mark.filterwarnings(
    # What Python 3.12 says of every fork with threads, and the reason for these tests.
    "ignore:.*multi-threaded, use of fork:DeprecationWarning"
)


def in_a_child(check: Callable[[], bool]) -> bool:
    """Runs a check in a forked process, which has this many seconds."""
    child = os.fork()
    if not child:
        threading.Timer(20, os._exit, [3]).start()
        os._exit(0 if check() else 1)
    return os.waitpid(child, 0)[1] == 0


def test_a_child_goes_on_with_what_the_parent_holds(secret: RotatedSecret, store: Store) -> None:
    secret.credential()
    assert in_a_child(lambda: secret.credential().password == FIRST_PASSWORD and store.calls == 1)


def test_a_child_reads_anew_although_the_parent_was_reading_or_held_the_lock(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    first = secret.credential()
    go_on = store.hangs()
    hands.pass_by(1)
    threading.Thread(target=secret.refresh, args=(first,)).start()
    while store.calls < 2:
        hands.pass_by(0)

    def refreshes() -> bool:
        store.recovers()
        newest = store.rotate()
        hands.pass_by(1)
        return secret.refresh(first).version_id == newest

    with secret._cache._lock:
        refreshed = in_a_child(refreshes)
    go_on()
    assert refreshed


def test_a_child_makes_a_client_of_its_own(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Store] = []

    def make(_: str | None) -> Any:
        made.append(Store())
        return made[-1]

    monkeypatch.setattr(client_module, "secrets_manager_client", make)
    client_module.shared_clients.forked()  # an earlier test may still hold one
    secret = RotatedSecret(ARN, clock=hands.clock())
    first = secret.credential()

    def uses_its_own() -> bool:
        hands.pass_by(1)
        newest = secret.refresh(first)
        hands.pass_by(1)
        secret.refresh(newest)
        return len(made) == 2 and made[0].calls == 1 and made[1].calls == 2

    assert in_a_child(uses_its_own)
    hands.pass_by(1)
    secret.refresh(first)
    assert len(made) == 1, "the parent keeps its own"


def test_a_child_closes_the_connections_of_a_client_that_it_was_given(
    store: Store, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[int] = []
    monkeypatch.setattr(store, "close", lambda: closed.append(store.calls))
    secret = RotatedSecret(ARN, client=cast("Any", store), clock=hands.clock())
    first = secret.credential()

    def closes_once_before_it_reads() -> bool:
        for _ in range(2):
            hands.pass_by(1)
            secret.refresh(first)
        return closed == [1]

    assert in_a_child(closes_once_before_it_reads)
    assert not closed


def test_without_a_region_it_says_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    with pytest.raises(NoRegionError):
        RotatedSecret("orders/production/main/app")
