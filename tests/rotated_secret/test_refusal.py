"""What happens when the target refuses the credential."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fakes.secrets_manager import failure
from rotated_secret import AsyncRotatedSecret, Credential, RotatedSecret
from rotated_secret.cache import AGAIN_SECONDS
from rotated_secret.handle import PATIENCE_SECONDS
from rotated_secret.waiting import FIRST_PAUSE_SECONDS
from tests.rotated_secret.conftest import Hands, RefusedError, Store

MANY = 64


def is_refused(error: Exception) -> bool:
    return isinstance(error, RefusedError)


class Target:
    """Accepts one password."""

    def __init__(self, accepted: str) -> None:
        self.accepted = accepted
        self.attempts: list[str] = []

    def __call__(self, credential: Credential) -> str:
        self.attempts.append(credential.password)
        if credential.password != self.accepted:
            raise RefusedError
        return credential.version_id

    async def log_in(self, credential: Credential) -> str:
        return self(credential)


def test_many_threads_that_are_refused_at_once_cause_one_read(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    refused = secret.credential()
    newest = store.rotate()
    hands.pass_by(1)
    start = threading.Barrier(MANY)

    def refresh(_: int) -> str:
        start.wait()
        return secret.refresh(refused).version_id

    with ThreadPoolExecutor(MANY) as threads:
        assert set(threads.map(refresh, range(MANY))) == {newest}
    assert store.calls == 2, "one at the start, and one for all of them"


def test_many_coroutines_that_are_refused_at_once_cause_one_read(
    async_secret: AsyncRotatedSecret, store: Store
) -> None:
    async def main() -> None:
        refused = await async_secret.credential()
        newest = store.rotate()
        await asyncio.sleep(AGAIN_SECONDS)
        refreshed = await asyncio.gather(*(async_secret.refresh(refused) for _ in range(MANY)))
        assert {each.version_id for each in refreshed} == {newest}

    asyncio.run(main())
    assert store.calls == 2


def test_who_was_refused_an_older_version_gets_the_newer_one_without_a_read(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    refused = secret.credential()
    store.rotate()
    hands.pass_by(1)
    newest = secret.refresh(refused)
    hands.pass_by(1)
    assert secret.refresh(refused) is newest
    assert store.calls == 2


def test_a_credential_that_the_target_refuses_is_read_again_and_accepted(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    secret.credential()
    newest = store.rotate("new")
    hands.pass_by(1)
    target = Target("new")
    assert secret.run(target, refused=is_refused) == newest
    assert len(target.attempts) == 2
    assert not hands.slept, "the label had moved: no reason to wait"


def test_an_operation_that_is_accepted_costs_no_read(secret: RotatedSecret, store: Store) -> None:
    current = secret.credential()
    for _ in range(3):
        assert secret.run(Target(current.password)) == current.version_id
    assert store.calls == 1


def test_between_the_password_and_the_label_it_waits_with_growing_pauses(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    secret.credential()
    hands.pass_by(1)
    target = Target("new")

    def log_in(credential: Credential) -> str:
        if len(hands.slept) == 4:
            store.rotate("new")
        return target(credential)

    version = secret.run(log_in, refused=is_refused)
    assert version == store.manager.secrets[secret.secret_id].labels["AWSCURRENT"]
    assert hands.slept == sorted(hands.slept)
    assert sum(hands.slept) < PATIENCE_SECONDS


def test_a_credential_that_stays_refused_ends_in_the_targets_own_error_within_its_time(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    before = hands.monotonic
    with pytest.raises(RefusedError) as caught:
        secret.run(Target("never"), refused=is_refused)
    assert hands.monotonic - before == pytest.approx(PATIENCE_SECONDS, abs=1e-6)
    [note] = caught.value.__notes__
    assert "app_user was still refused after 10 seconds" in note
    assert store.calls < 15, "not a storm of reads"


def test_versions_that_are_refused_one_after_the_other_end_in_time_too(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    def log_in(_: Credential) -> None:
        store.rotate()
        hands.pass_by(1)
        raise RefusedError

    with pytest.raises(RefusedError):
        secret.run(log_in, refused=is_refused)
    assert hands.monotonic < 1_000 + PATIENCE_SECONDS + 5


def test_each_newer_version_is_waited_for_with_short_pauses_first(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    tried: list[str] = []

    def log_in(credential: Credential) -> str:
        tried.append(credential.version_id)
        if len(set(tried)) == 6:
            return credential.version_id
        if tried.count(credential.version_id) == 3:
            store.rotate()
        raise RefusedError

    secret.credential()
    hands.pass_by(1)
    assert secret.run(log_in, refused=is_refused) == tried[-1]
    assert max(hands.slept) < 4 * FIRST_PAUSE_SECONDS


def test_another_error_of_the_target_is_not_waited_for(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    def fail(_: Credential) -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        secret.run(fail)
    assert store.calls == 1
    assert not hands.slept


def test_it_goes_on_trying_while_secrets_manager_is_down_and_the_target_refuses(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    secret.credential()
    hands.pass_by(1)
    target = Target("new")
    store.fails(failure("InternalServiceError", "GetSecretValue", 500))

    def log_in(credential: Credential) -> str:
        if len(hands.slept) == 3:
            store.recovers()
            store.rotate("new")
        return target(credential)

    assert secret.run(log_in, refused=is_refused)


def test_coroutines_get_in_as_threads_do(async_secret: AsyncRotatedSecret, store: Store) -> None:
    async def main() -> str:
        await async_secret.credential()
        asyncio.get_running_loop().call_later(0.2, store.rotate, "new")
        return await async_secret.run(Target("new").log_in, refused=is_refused)

    assert asyncio.run(main()) == store.manager.secrets[async_secret.secret_id].labels["AWSCURRENT"]
