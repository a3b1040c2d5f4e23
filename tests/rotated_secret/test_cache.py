"""What is held, and when it is read again."""

import asyncio
import gc
import math
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import EndpointConnectionError

import rotated_secret
from fakes.secrets_manager import failure
from local.patience import wait_until
from rotated_secret import AsyncRotatedSecret, RotatedSecret, SecretUnavailableError
from rotated_secret.cache import LONGEST_BACK_OFF_SECONDS, LONGEST_RETRY_SECONDS
from rotated_secret.forks import _watched
from rotated_secret.handle import OLD_WAIT_SECONDS, PATIENCE_SECONDS, REFRESH_SECONDS
from tests.rotated_secret.conftest import ARN, FIRST_PASSWORD, Hands, Store

DENIED = failure("AccessDeniedException", "GetSecretValue")
THROTTLED = failure("ThrottlingException", "GetSecretValue")
DOWN = EndpointConnectionError(endpoint_url="https://secretsmanager.eu-central-1.amazonaws.com")


def test_the_credential_is_the_secrets_content(secret: RotatedSecret, store: Store) -> None:
    credential = secret.credential()
    assert credential.username == "app_user"
    assert credential.password == FIRST_PASSWORD
    assert (credential.host, credential.port, credential.dbname) == ("db.example.com", 6432, "app")
    assert credential.version_id == store.manager.secrets[ARN].labels["AWSCURRENT"]
    assert credential["engine"] == "postgres"


def test_it_always_says_that_it_wants_awscurrent(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    refused = secret.credential()
    hands.pass_by(10 * REFRESH_SECONDS)
    secret.credential()
    hands.pass_by(1)
    secret.refresh(refused)
    assert store.asked == [{"SecretId": ARN, "VersionStage": "AWSCURRENT"}] * 3


def test_many_threads_that_want_it_at_first_cause_one_read(store: Store) -> None:
    secret = RotatedSecret(ARN, client=cast("Any", store))
    go_on = store.hangs()
    threads = [threading.Thread(target=secret.credential) for _ in range(64)]
    for thread in threads:
        thread.start()
    go_on()
    for thread in threads:
        thread.join()
    assert store.calls == 1


def test_a_credential_that_is_held_is_given_without_a_call_or_a_lock(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    first = secret.credential()
    hands.pass_by(0.8 * REFRESH_SECONDS - 1)
    with secret._cache._lock:  # whoever holds it
        assert all(secret.credential() is first for _ in range(100))
    assert store.calls == 1


def test_it_is_read_again_in_the_background_before_it_is_old(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    first = secret.credential()
    newest = store.rotate()
    go_on = store.hangs()
    hands.pass_by(REFRESH_SECONDS)
    assert secret.credential() is first, "nobody waits"
    go_on()
    wait_until(lambda: secret.credential().version_id == newest)
    assert store.calls == 2


def test_not_everyone_who_began_together_reads_it_again_together(
    store: Store, hands: Hands
) -> None:
    due = set()
    for _ in range(20):
        secret = RotatedSecret(ARN, client=cast("Any", store), clock=hands.clock())
        secret.credential()
        assert secret._cache.held
        due.add(secret._cache.held.due.monotonic - hands.monotonic)
    assert len(due) > 1
    assert all(0.8 * REFRESH_SECONDS <= each <= REFRESH_SECONDS for each in due)


@pytest.mark.parametrize("error", [THROTTLED, DOWN, DENIED, KeyError("a defect")])
def test_what_is_held_goes_on_to_be_used_when_secrets_manager_fails(
    secret: RotatedSecret, store: Store, hands: Hands, error: Exception
) -> None:
    first = secret.credential()
    store.fails(error)
    for _ in range(10):
        hands.pass_by(REFRESH_SECONDS)
        assert secret.credential() is first
        wait_until(lambda: secret._cache._flight is None)
    store.recovers()
    newest = store.rotate()
    hands.pass_by(LONGEST_RETRY_SECONDS)
    assert secret.credential().version_id == newest


def test_a_read_that_failed_is_tried_again_less_and_less_often(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    secret.credential()
    store.fails(DOWN)
    hands.pass_by(REFRESH_SECONDS)
    for _ in range(600):
        hands.pass_by(1)
        secret.credential()
        wait_until(lambda: secret._cache._flight is None)
    assert 600 / LONGEST_RETRY_SECONDS < store.calls < 25


def test_a_slow_secrets_manager_makes_nobody_wait_for_a_credential_that_is_not_old(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    first = secret.credential()
    go_on = store.hangs()
    hands.pass_by(REFRESH_SECONDS)
    for _ in range(100):
        assert secret.credential() is first
    go_on()
    wait_until(lambda: store.calls == 2)


def test_a_function_that_was_frozen_for_hours_reads_it_before_it_goes_on(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    secret.credential()
    newest = store.rotate()
    store.is_slow()
    hands.wall += 6 * 3600  # while the monotonic clock stood still
    assert secret.credential().version_id == newest


def test_a_wall_clock_that_is_set_back_does_not_keep_a_credential_alive(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    secret.credential()
    newest = store.rotate()
    hands.wall -= 24 * 3600
    hands.monotonic += 3 * REFRESH_SECONDS
    assert secret.credential().version_id == newest


def test_a_read_that_was_frozen_is_given_up_and_does_no_harm_when_it_ends(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    secret.credential()
    thaw = store.hangs()
    hands.pass_by(REFRESH_SECONDS)
    secret.credential()
    wait_until(lambda: store.calls == 2)
    [frozen] = [thread for thread in threading.enumerate() if thread.name == "rotated-secret"]
    hands.wall += 6 * 3600
    store.recovers()
    newest = store.rotate()
    assert secret.credential().version_id == newest
    held = secret._cache.held
    store.rotate()
    thaw()
    frozen.join()
    assert secret._cache.held is held


def test_an_answer_that_was_frozen_is_as_old_as_its_question(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    secret.credential()
    thaw = store.hangs()
    hands.pass_by(REFRESH_SECONDS)
    secret.credential()
    wait_until(lambda: store.calls == 2)
    hands.wall += 6 * 3600
    store.recovers()
    thaw()
    wait_until(lambda: secret._cache._flight is None)
    newest = store.rotate()
    assert secret.credential().version_id == newest


def test_an_old_credential_is_used_after_a_bounded_wait_if_secrets_manager_hangs(
    store: Store, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rotated_secret.secret.OLD_WAIT_SECONDS", 0.05)
    secret = RotatedSecret(ARN, client=cast("Any", store), clock=hands.clock())
    first = secret.credential()
    go_on = store.hangs()
    hands.pass_by(10 * REFRESH_SECONDS)
    assert secret.credential() is first
    hands.pass_by(OLD_WAIT_SECONDS)
    flight = secret._cache.refresh()
    assert secret._cache.worth_waiting(flight, OLD_WAIT_SECONDS) == 0, "nobody waits twice"
    go_on()


def test_the_first_read_is_tried_again_until_secrets_manager_is_back(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    def recovers_at_the_fourth(_: str) -> None:
        if store.calls < 4:
            raise THROTTLED

    store.manager.before = recovers_at_the_fourth
    assert secret.credential().password == FIRST_PASSWORD
    assert len(hands.slept) == 3
    assert hands.slept == sorted(hands.slept)


@pytest.mark.parametrize("error", [THROTTLED, DOWN])
def test_a_first_read_that_gets_nothing_ends_in_an_error_within_its_time(
    secret: RotatedSecret, store: Store, hands: Hands, error: Exception
) -> None:
    store.fails(error)
    before = hands.monotonic
    with pytest.raises(SecretUnavailableError, match="did not give AWSCURRENT") as caught:
        secret.credential()
    assert hands.monotonic - before == pytest.approx(PATIENCE_SECONDS)
    assert caught.value.retry_helps
    assert caught.value.__cause__ is error


def test_a_first_read_that_hangs_ends_in_an_error_within_its_time(store: Store) -> None:
    go_on = store.hangs()
    secret = RotatedSecret(ARN, client=cast("Any", store), patience_seconds=0.1)
    with pytest.raises(SecretUnavailableError, match=r"did not answer within 0\.1 seconds"):
        secret.credential()
    go_on()


def test_a_first_read_that_is_not_allowed_ends_at_once_with_the_remedy(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    store.fails(DENIED)
    with pytest.raises(SecretUnavailableError, match="version stage AWSCURRENT") as caught:
        secret.credential()
    assert caught.value.code == "AccessDeniedException"
    assert not caught.value.retry_helps
    assert not hands.slept
    assert store.calls == 1


def test_so_does_one_of_an_id_that_is_none(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    """As of an ARN with a field behind it, which ECS takes."""
    store.fails(failure("ValidationException", "GetSecretValue"))
    with pytest.raises(SecretUnavailableError, match="Check the secret's id"):
        secret.credential()
    assert not hands.slept


def test_while_nothing_is_held_and_reading_is_denied_it_is_asked_less_and_less_often(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    store.fails(DENIED)
    for _ in range(6_000):  # of many threads, a minute
        hands.pass_by(0.01)
        with pytest.raises(SecretUnavailableError, match="version stage AWSCURRENT"):
            secret.credential()
    assert 60 / LONGEST_BACK_OFF_SECONDS < store.calls < 24
    assert not hands.slept
    store.recovers()
    hands.pass_by(LONGEST_BACK_OFF_SECONDS)
    assert secret.credential().password == FIRST_PASSWORD


def test_threads_whose_first_read_is_throttled_share_the_pauses(store: Store) -> None:
    secret = RotatedSecret(ARN, client=cast("Any", store), patience_seconds=1)
    store.fails(THROTTLED)
    begun = time.monotonic()

    def fail() -> None:
        with pytest.raises(SecretUnavailableError):
            secret.credential()

    threads = [threading.Thread(target=fail) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Pauses of 75 ms and more that double: as many reads as fit, and not times 32.
    assert store.calls <= 2 + math.log2((time.monotonic() - begun) / 0.075 + 1)


def test_while_the_target_refuses_and_reading_is_denied_it_is_asked_less_and_less_often(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    refused = secret.credential()
    store.fails(DENIED)
    for _ in range(6_000):
        hands.pass_by(0.01)
        assert secret.refresh(refused) is refused
    assert store.calls < 24
    store.recovers()
    newest = store.rotate()
    hands.pass_by(LONGEST_BACK_OFF_SECONDS)
    assert secret.refresh(refused).version_id == newest


def test_not_everyone_who_failed_together_asks_again_together(store: Store, hands: Hands) -> None:
    store.fails(DENIED)
    pauses = set()
    for _ in range(20):
        secret = RotatedSecret(ARN, client=cast("Any", store), clock=hands.clock())
        with pytest.raises(SecretUnavailableError):
            secret.credential()
        pauses.add(secret._cache.back_off())
    assert len(pauses) > 1


@pytest.mark.parametrize(("error", "later"), [(DENIED, 500), (THROTTLED, 2)])
def test_each_who_waits_for_a_read_that_fails_gets_an_error_of_their_own(
    store: Store, error: Exception, later: int
) -> None:
    secret = RotatedSecret(ARN, client=cast("Any", store), patience_seconds=0.2)
    store.fails(error)
    caught: list[SecretUnavailableError] = []

    def fail() -> None:
        try:
            secret.credential()
        except SecretUnavailableError as own:
            caught.append(own)

    threads = [threading.Thread(target=fail) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(later):
        fail()
    assert len({id(own) for own in caught}) == 64 + later
    assert all(own.__cause__ is error for own in caught)
    told = ["".join(traceback.format_exception(own)) for own in caught]
    assert max(map(len, told)) < 2 * min(map(len, told)), "it does not grow"


def test_coroutines_get_errors_of_their_own_too(async_secret: AsyncRotatedSecret) -> None:
    cast("Any", async_secret._cache._reader._client).fails(DENIED)

    async def main() -> list[Any]:
        many = [async_secret.credential() for _ in range(64)]
        return await asyncio.gather(*many, return_exceptions=True)

    caught = asyncio.run(main())
    assert len({id(own) for own in caught}) == 64
    assert {own.code for own in caught} == {"AccessDeniedException"}


def test_it_works_where_no_more_threads_can_be_had(
    secret: RotatedSecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    assert secret.credential().password == FIRST_PASSWORD


def test_a_handle_that_nobody_has_any_more_goes_away(store: Store) -> None:
    secret = RotatedSecret(ARN, client=cast("Any", store))
    secret.credential()
    assert secret._cache in _watched
    identity = id(secret._cache)
    del secret
    gc.collect()
    assert identity not in {id(each) for each in _watched}


def test_coroutines_that_wait_do_not_block_the_event_loop(
    async_secret: AsyncRotatedSecret, store: Store
) -> None:
    go_on = store.hangs()

    async def main() -> int:
        waiting = [asyncio.create_task(async_secret.credential()) for _ in range(64)]
        await asyncio.sleep(0.01)  # the loop goes on
        go_on()
        return len({credential.version_id for credential in await asyncio.gather(*waiting)})

    assert asyncio.run(main()) == 1
    assert store.calls == 1


def test_a_coroutine_that_is_cancelled_leaves_the_read_to_the_others(
    async_secret: AsyncRotatedSecret, store: Store
) -> None:
    go_on = store.hangs()

    async def main() -> str:
        cancelled = asyncio.create_task(async_secret.credential())
        other = asyncio.create_task(async_secret.credential())
        await asyncio.sleep(0.01)
        cancelled.cancel()
        await asyncio.sleep(0)
        go_on()
        return (await other).password

    assert asyncio.run(main()) == FIRST_PASSWORD
    assert store.calls == 1


def test_coroutines_meet_the_same_bounds(store: Store) -> None:
    secret = AsyncRotatedSecret(ARN, client=cast("Any", store), patience_seconds=0.2)
    store.fails(THROTTLED)
    with pytest.raises(SecretUnavailableError):
        asyncio.run(secret.credential())
    store.fails(DENIED)
    with pytest.raises(SecretUnavailableError, match="AccessDenied"):
        asyncio.run(secret.credential())


def test_a_coroutine_in_a_thawed_function_gets_the_newest(store: Store, hands: Hands) -> None:
    secret = AsyncRotatedSecret(ARN, client=cast("Any", store), clock=hands.clock())
    asyncio.run(secret.credential())
    newest = store.rotate()
    store.is_slow()
    hands.wall += 6 * 3600
    assert asyncio.run(secret.credential()).version_id == newest


def test_two_event_loops_wait_for_one_read(async_secret: AsyncRotatedSecret, store: Store) -> None:
    go_on = store.hangs()
    passwords: list[str] = []

    def wait() -> None:
        passwords.append(asyncio.run(async_secret.credential()).password)

    loops = [threading.Thread(target=wait) for _ in range(2)]
    for loop in loops:
        loop.start()
    wait_until(lambda: store.calls == 1)
    go_on()
    for loop in loops:
        loop.join()
    assert passwords == [FIRST_PASSWORD] * 2


def test_pauses_follow_what_is_put_in_the_place_of_sleeping(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As gevent does, perhaps after this package was imported."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        store.recovers()

    secret = RotatedSecret(ARN, client=cast("Any", store))
    store.fails(THROTTLED)
    monkeypatch.setattr(time, "sleep", sleep)
    assert secret.credential().password == FIRST_PASSWORD
    assert slept


def test_it_reads_while_the_interpreter_ends() -> None:
    code = """
import atexit, json, rotated_secret

class Client:
    def get_secret_value(self, **_):
        content = {"username": "app_user", "password": "x"}
        return {"VersionId": "1", "SecretString": json.dumps(content)}

secret = rotated_secret.RotatedSecret("orders", client=Client())
atexit.register(lambda: print(secret.credential().username))
"""
    folder = Path(rotated_secret.__file__).parents[1]
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == "app_user\n"
