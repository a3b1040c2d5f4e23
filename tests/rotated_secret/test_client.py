"""The real client, at a Secrets Manager behind TLS that throttles, hangs, or is not there."""

import gc
import threading
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest

from benchmarks.rotation.authority import Authority
from benchmarks.rotation.secrets_manager import ServedSecretsManager
from fakes.secrets_manager import failure
from rotated_secret import AsyncRotatedSecret, RotatedSecret, SecretUnavailableError
from rotated_secret import client as client_module
from rotated_secret.client import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS, secrets_manager_client
from rotated_secret.handle import Handle
from tests.rotated_secret.conftest import ARN, FIRST_PASSWORD, Store


@pytest.fixture
def served(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ServedSecretsManager]:
    authority = Authority(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(authority.bundle))
    with ServedSecretsManager(store.manager, authority) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield server
        # Python leaks the socket of a handshake that a server resets by going away.
        for thread in threading.enumerate():
            if thread.name == "rotated-secret":
                thread.join()


def test_the_time_outs_of_the_client_are_bounded() -> None:
    config = secrets_manager_client().meta.config
    assert config.connect_timeout == CONNECT_SECONDS  # type: ignore[attr-defined]  # not in the stubs
    assert config.read_timeout == READ_SECONDS  # type: ignore[attr-defined]
    assert config.retries["total_max_attempts"] == ATTEMPTS  # type: ignore[attr-defined]


def test_a_handle_needs_no_more_than_the_secrets_id(served: ServedSecretsManager) -> None:
    assert RotatedSecret(ARN).credential().password == FIRST_PASSWORD


def test_a_throttled_first_read_is_tried_again(store: Store, served: ServedSecretsManager) -> None:
    def throttle(_: str) -> None:
        if len(served.calls) <= 2 * ATTEMPTS:
            raise failure("ThrottlingException", "GetSecretValue")

    store.manager.before = throttle
    assert RotatedSecret(ARN).credential().password == FIRST_PASSWORD
    assert len(served.calls) == 2 * ATTEMPTS + 1


def test_a_secrets_manager_that_hangs_ends_in_an_error(
    store: Store, served: ServedSecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "READ_SECONDS", 0.1)
    store.manager.before = lambda _: time.sleep(0.5)
    with pytest.raises(SecretUnavailableError, match=r"ReadTimeoutError|did not answer"):
        RotatedSecret(ARN, patience_seconds=1.5).credential()


def test_a_secrets_manager_that_is_not_there_ends_in_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:9")
    with pytest.raises(SecretUnavailableError, match=r"EndpointConnectionError|did not answer"):
        RotatedSecret(ARN, patience_seconds=0.2).credential()


def test_a_hundred_handles_share_a_client_and_each_region_has_its_own() -> None:
    with ThreadPoolExecutor(8) as threads:
        handles = list(threads.map(RotatedSecret, [f"orders-{i}" for i in range(100)]))
    assert len(set(map(client_of, handles))) == 1
    elsewhere = RotatedSecret("arn:aws:secretsmanager:us-west-2:123456789012:secret:x-AbCdEf")
    assert client_of(elsewhere) != client_of(handles[0])
    assert client_of(AsyncRotatedSecret("orders")) == client_of(handles[0])


@pytest.mark.parametrize(
    "change", ["AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "https_proxy"]
)
def test_a_handle_that_is_made_after_a_change_of_the_environment_gets_a_new_client(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: str
) -> None:
    before = RotatedSecret("orders")
    (tmp_path / "config").write_text("[profile https://localhost]\nregion = eu-central-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    between = RotatedSecret("orders")
    monkeypatch.setenv(change, "https://localhost")
    after = RotatedSecret("orders")
    assert len({client_of(each) for each in (before, between, after)}) == 3


def test_a_client_goes_away_with_its_last_handle() -> None:
    gc.collect()
    handles = [RotatedSecret("orders"), RotatedSecret("orders")]
    client = weakref.ref(cast("Any", handles[0]._cache._reader._client))
    handles.clear()
    gc.collect()
    assert client() is None


def client_of(handle: Handle[Any]) -> int:
    return id(handle._cache._reader._client)
