"""Any secret: text, JSON or binary, held and read as a database credential is."""

import asyncio
import copy
import dataclasses
import json
import pickle
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from fakes.secrets_manager import failure
from rotated_secret import (
    AsyncRotatedValue,
    BadSecretError,
    RotatedSecret,
    RotatedValue,
    SecretUnavailableError,
    Value,
)
from rotated_secret.cache import UNREACHABLE_SECONDS
from rotated_secret.waiting import Flight
from tests.rotated_secret.conftest import ARN, TOKEN, Hands, RefusedError, Safe
from tests.rotated_secret.frames import recorded
from tests.rotated_secret.test_forks import in_a_child

THREADS = 32
WAITERS = 1_000


def of(content: object) -> Value:
    return Value.of(content, version_id="v1", secret_id=ARN)


def test_text_json_and_binary_are_what_was_stored(token: RotatedValue, safe: Safe) -> None:
    assert token.value().text == TOKEN
    assert of('{"id": 7, "token": "x"}').json == {"id": 7, "token": "x"}
    assert of('{"id": 7, "token": "x"}').field("token") == "x"
    assert safe.asked == [{"SecretId": ARN, "VersionStage": "AWSCURRENT"}]
    safe.change(b"\0\xff")
    assert RotatedValue(ARN, client=cast("Any", safe)).value().binary == b"\0\xff"


@pytest.mark.parametrize(
    ("content", "use"),
    [
        (b"the-Token", lambda value: value.text),
        (b"the-Token", lambda value: value.json),
        ("the-Token", lambda value: value.binary),
        ("the-Token", lambda value: value.json),
        ('["the-Token"]', lambda value: value.json),
        ('{"the-Token"', lambda value: value.json),
        ("[" * 100_000 + "the-Token", lambda value: value.json),
        ('{"a": "the-Token"}', lambda value: value.field("b")),
        ('{"a": ["the-Token"]}', lambda value: value.field("a")),
        ('{"a": "", "b": "the-Token"}', lambda value: value.field("a")),
    ],
)
def test_what_it_is_not_is_said_in_words_that_do_not_repeat_it(
    content: object, use: Callable[[Value], object]
) -> None:
    with pytest.raises(BadSecretError, match="the content of the secret can't be used") as caught:
        use(of(content))
    assert caught.value.__context__ is None
    assert not [where for where, text in recorded(caught.value) if "the-Token" in text]


def test_a_mark_that_nobody_sees_is_named() -> None:
    with pytest.raises(BadSecretError, match="byte order mark"):
        _ = of('\ufeff{"password": "the-Token"}').json


def test_a_read_costs_no_call_until_it_is_due(
    token: RotatedValue, safe: Safe, hands: Hands
) -> None:
    for _ in range(5):
        token.value()
    assert safe.calls == 1
    safe.change("newer")
    hands.pass_by(301)
    landed = token._cache.refresh().wait(60)
    assert landed is None
    assert token.value().text == "newer"
    assert safe.calls == 2


def test_a_thousand_coroutines_and_many_threads_cause_one_read(
    token: RotatedValue, async_token: AsyncRotatedValue, safe: Safe
) -> None:
    start, all_wait = threading.Barrier(THREADS), threading.Event()
    safe.before = lambda: all_wait.wait(60)

    def read(_: int) -> str:
        start.wait()
        return token.value().text

    with ThreadPoolExecutor(THREADS) as threads:
        found = threads.map(read, range(THREADS))
        all_wait.set()
        assert set(found) == {TOKEN}
    assert safe.calls == 1

    async def main() -> set[str]:
        values = await asyncio.gather(*(async_token.value() for _ in range(WAITERS)))
        return {value.text for value in values}

    assert asyncio.run(main()) == {TOKEN}
    assert safe.calls == 2


def test_a_thousand_who_are_refused_at_once_cause_one_read(
    async_token: AsyncRotatedValue, safe: Safe
) -> None:
    async def main() -> None:
        refused = await async_token.value()
        newest = safe.change("newer")
        found = await asyncio.gather(*(async_token.replacement(refused) for _ in range(WAITERS)))
        assert {value.version_id if value else None for value in found} == {newest}

    asyncio.run(main())
    assert safe.calls == 2


def test_the_first_refusal_of_a_version_causes_a_read_however_young_it_is(
    token: RotatedValue, safe: Safe
) -> None:
    for number in range(5):
        refused = token.value()
        safe.change(f"{number}")
        replaced = token.replacement(refused)
        assert replaced
        assert replaced.text == f"{number}"
        assert token.replacement(refused) is replaced, "it is here already"
    assert safe.calls == 6


def test_a_version_that_stays_refused_is_read_again_less_and_less_often(
    token: RotatedValue, safe: Safe, hands: Hands
) -> None:
    value = token.value()
    for _ in range(6_000):
        assert token.replacement(value) is None
        hands.pass_by(0.01)
    assert safe.calls < 20, "of 6,000 refusals in a minute"
    begun, calls = hands.monotonic, safe.calls
    newest = safe.change("newer")
    while (replaced := token.replacement(value)) is None:
        hands.pass_by(0.1)
    assert replaced.version_id == newest
    assert hands.monotonic - begun < UNREACHABLE_SECONDS + 0.2
    assert safe.calls == calls + 1


def test_a_read_that_began_before_the_refusal_does_not_count_as_the_one_after_it(
    token: RotatedValue, safe: Safe, hands: Hands
) -> None:
    refused = token.value()
    reading, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        reading.set()
        go_on.wait(60)

    safe.before = hold
    hands.pass_by(301)
    token.newest()
    reading.wait(60)
    safe.before = lambda: None
    newest = safe.change("newer")
    hands.pass_by(0.001)
    with ThreadPoolExecutor(1) as threads:
        replaced = threads.submit(token.replacement, refused)
        go_on.set()
        found = replaced.result()
    assert found
    assert found.version_id == newest


def test_without_secrets_manager_nobody_waits_and_what_is_held_goes_on_to_be_used(
    token: RotatedValue, safe: Safe, hands: Hands
) -> None:
    value = token.value()

    def fail() -> None:
        raise failure("InternalServiceError", "GetSecretValue", 500)

    safe.before = fail
    hands.pass_by(1_000)
    assert token.replacement(value) is None
    assert token.value() is value
    with pytest.raises(SecretUnavailableError):
        RotatedValue(ARN, client=cast("Any", safe), patience_seconds=0.01).value()


@pytest.mark.parametrize("asynchronous", [False, True], ids=["threads", "coroutines"])
def test_while_it_does_not_answer_what_a_server_forbids_waits_but_once(
    safe: Safe, hands: Hands, monkeypatch: pytest.MonkeyPatch, *, asynchronous: bool
) -> None:
    """For as long as a call takes; later for two seconds of a read, whoever waits for it."""
    waits: list[float] = []
    waiting = threading.Event()

    def wait(flight: Flight, seconds: float) -> None:
        waits.append(seconds)
        waiting.set()
        flight.landed.exception(60)

    async def land(flight: Flight, seconds: float) -> None:
        wait(flight, seconds)

    kind = AsyncRotatedValue if asynchronous else RotatedValue
    handle: Any = kind(ARN, client=cast("Any", safe), clock=hands.clock())
    value: Any = asyncio.run(handle.value()) if asynchronous else handle.value()

    def time_out() -> None:
        waiting.wait(60)
        hands.pass_by(11)
        raise failure("InternalServiceError", "GetSecretValue", 500)

    safe.before = time_out
    monkeypatch.setattr(Flight, "wait", wait)
    monkeypatch.setattr("rotated_secret.coroutines.land", land)
    for _ in range(4):
        hands.pass_by(11)
        waiting.clear()
        found = handle.replacement(value)
        assert (asyncio.run(found) if asynchronous else found) is None
    assert waits == [10, 2, 2, 2]


def test_a_version_that_does_not_stand_a_check_is_not_taken(
    token: RotatedValue, safe: Safe, hands: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    token.expect(lambda value: value.field("token"))
    safe.content = json.dumps({"token": TOKEN})
    first = token.value()
    safe.change(json.dumps({"tokn": "the-other-Token"}))
    hands.pass_by(1)
    assert token.replacement(first) is None
    assert token.value() is first
    assert "token must be a text that is not empty" in caplog.text
    assert "the-other-Token" not in caplog.text


def test_a_check_that_raises_anything_else_is_told_by_its_place(
    token: RotatedValue, safe: Safe, hands: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    """And not by what it says, which may be of the content."""
    safe.content = json.dumps({"port": "5432"})
    first = token.value()
    token.expect(lambda value: int(value.json["port"]))
    safe.change(json.dumps({"port": TOKEN}))
    hands.pass_by(1)
    assert token.replacement(first) is None
    assert "a check of it raised ValueError" in caplog.text
    assert TOKEN not in caplog.text
    other = RotatedValue(ARN, client=cast("Any", safe))
    other.expect(lambda value: int(value.json["port"]))
    with pytest.raises(BadSecretError, match=rf"raised ValueError \({re.escape(__file__)}, line"):
        other.value()
    hands.pass_by(1)
    newest = safe.change(json.dumps({"port": "5433"}))
    found = token.replacement(first)
    assert found
    assert found.version_id == newest


def test_run_reads_again_what_the_target_refused(
    token: RotatedValue, async_token: AsyncRotatedValue, safe: Safe, hands: Hands
) -> None:
    def accepted(value: Value) -> str:
        if value.text != "newer":
            raise RefusedError
        return value.version_id

    async def accepted_async(value: Value) -> str:
        return accepted(value)

    def is_refused(error: Exception) -> bool:
        return isinstance(error, RefusedError)

    token.value()
    asyncio.run(async_token.value())
    newest = safe.change("newer")
    hands.pass_by(1)
    assert token.run(accepted, refused=is_refused) == newest
    assert asyncio.run(async_token.run(accepted_async, refused=is_refused)) == newest
    safe.change("wrong")
    hands.pass_by(301)
    with pytest.raises(RefusedError) as caught:
        token.run(accepted, refused=is_refused)
    [note] = caught.value.__notes__
    assert "was still refused after 10 seconds" in note
    assert "wrong " not in note


def test_it_shows_up_nowhere_by_accident(token: RotatedValue) -> None:
    value = token.value()
    for thing in (value, token, vars(token), token._cache.held, dataclasses.asdict(value)):
        assert TOKEN not in str(thing)
        assert TOKEN not in repr(thing)
    for thing in (value, token):
        with pytest.raises(TypeError, match="can't be pickled"):
            pickle.dumps(thing)
    assert TOKEN not in repr(copy.deepcopy(value))


def test_a_child_process_goes_on_and_reads_by_itself(
    token: RotatedValue, safe: Safe, hands: Hands
) -> None:
    refused = token.value()

    def replaced() -> bool:
        newest = safe.change("newer")
        hands.pass_by(1)
        found = token.replacement(refused)
        return found is not None and found.version_id == newest

    with token._cache._lock:
        assert in_a_child(replaced)


def test_a_secret_that_is_no_database_credential_is_told_by_that_name(safe: Safe) -> None:
    secret = RotatedSecret(ARN, client=cast("Any", safe), patience_seconds=0.01)
    with pytest.raises(BadSecretError, match="RotatedValue"):
        secret.credential()


def test_what_is_no_version_is_refused_at_once(token: RotatedValue) -> None:
    with pytest.raises(TypeError, match="refused must be a Value, not a str"):
        token.replacement(cast("Any", TOKEN))
