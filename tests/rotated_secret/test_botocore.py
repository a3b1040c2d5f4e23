"""Sessions of botocore whose access key rotates, at a server that checks signatures."""

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from rotated_secret import BadSecretError, RotatedValue
from rotated_secret.botocore import RotatedCredentials, session
from tests.rotated_secret.aws import Aws, serving
from tests.rotated_secret.conftest import Hands, Safe
from tests.rotated_secret.frames import recorded
from tests.rotated_secret.tls import server_context

ROTATIONS = 200
THREADS = 3

Make = Callable[..., Any]


def key(number: int) -> dict[str, object]:
    return {
        "Version": 1,
        "UserName": "partner",
        "AccessKeyId": f"AKIA{number:016}",
        "SecretAccessKey": f"the-Secret-Key-{number}",
    }


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[Aws]:
    with serving(Aws(), server_context(tmp_path / "ca.pem")) as aws:
        yield aws


@pytest.fixture
def make(token: RotatedValue, aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes clients of one session."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "another-Key")
    made = session(token)

    def make(service: str, **config: Any) -> Any:
        return made.create_client(
            service,
            region_name="eu-central-1",
            endpoint_url=aws.url,
            verify=str(tmp_path / "ca.pem"),
            config=Config(**config),
        )

    return make


def rotate(safe: Safe, aws: Aws, number: int) -> None:
    """The new key works, the label moves, and the old key ends."""
    new = key(number)
    aws.keys[str(new["AccessKeyId"])] = str(new["SecretAccessKey"])
    safe.change(json.dumps(new))
    aws.keys = {str(new["AccessKeyId"]): str(new["SecretAccessKey"])}


def test_no_call_of_a_client_that_is_made_once_fails_while_the_key_rotates(
    make: Make, safe: Safe, aws: Aws
) -> None:
    rotate(safe, aws, 0)
    sts, over = make("sts"), threading.Event()
    calls = [list[str]() for _ in range(THREADS)]

    def call(mine: list[str]) -> None:
        while not over.is_set():
            mine.append(sts.get_caller_identity()["Account"])

    threads = ThreadPoolExecutor(THREADS)
    calling = [threads.submit(call, mine) for mine in calls]
    for number in range(1, ROTATIONS + 1):
        reached = [len(mine) + 2 for mine in calls]
        while any(len(mine) < n for mine, n in zip(calls, reached, strict=True)):
            assert not any(each.done() for each in calling)
            over.wait(0.001)
        rotate(safe, aws, number)
    over.set()
    for each in calling:
        each.result()
    threads.shutdown()
    assert len({key_id for key_id, accepted in aws.seen if accepted}) >= ROTATIONS
    assert any(not accepted for _, accepted in aws.seen)
    assert safe.calls <= 2 * ROTATIONS + 1


@pytest.mark.parametrize("service", ["sts", "dynamodb", "s3", "s3, HEAD"])
@pytest.mark.parametrize("mode", ["legacy", "standard"])
def test_each_kind_of_refusal_is_one_more_read_and_the_same_request_once_more(
    make: Make, safe: Safe, aws: Aws, service: str, mode: str
) -> None:
    rotate(safe, aws, 1)
    client = make(service[:8].rstrip(", HEAD"), retries={"mode": mode})

    def call() -> None:
        if service == "sts":
            client.get_caller_identity()
        elif service == "dynamodb":
            client.list_tables()
        elif service == "s3":
            client.put_object(Bucket="data", Key="x", Body=b"the body")
        else:
            client.head_object(Bucket="data", Key="x")

    call()
    rotate(safe, aws, 2)
    call()
    assert [accepted for _, accepted in aws.seen] == [True, False, True]
    assert len(set(aws.bodies)) == 1
    assert safe.calls == 2


def test_a_key_that_stays_refused_ends_in_the_services_error_after_one_more_read(
    make: Make, safe: Safe, aws: Aws
) -> None:
    safe.content = json.dumps(key(1))
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        make("sts").get_caller_identity()
    assert (safe.calls, len(aws.seen)) == (2, 1)


def test_a_newer_key_that_is_refused_too_ends_in_the_services_error(
    make: Make, safe: Safe, aws: Aws
) -> None:
    rotate(safe, aws, 1)
    sts = make("sts")
    sts.get_caller_identity()
    safe.change(json.dumps(key(1) | {"SecretAccessKey": "the-wrong-Key"}))
    aws.keys = {str(key(1)["AccessKeyId"]): "yet another"}
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        sts.get_caller_identity()
    assert len(aws.seen) == 3
    assert safe.calls == 2


def test_a_body_that_can_be_read_again_is_sent_again_and_another_is_not(
    make: Make, safe: Safe, aws: Aws
) -> None:
    class Once:
        def __init__(self, content: bytes) -> None:
            self.read = io.BytesIO(content).read

    rotate(safe, aws, 1)
    s3 = make("s3")
    s3.head_object(Bucket="data", Key="x")
    rotate(safe, aws, 2)
    s3.put_object(Bucket="data", Key="x", Body=io.BytesIO(b"the body"))
    assert [b"the body" in body for body in aws.bodies[1:]] == [True] * 2
    rotate(safe, aws, 3)
    once = {"ContentLength": 4, "ChecksumAlgorithm": "CRC32"}
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        s3.put_object(Bucket="data", Key="x", Body=Once(b"once"), **once)
    s3.put_object(Bucket="data", Key="x", Body=Once(b"once"), **once)
    assert [b"once" in body for body in aws.bodies[3:]] == [True] * 2


def test_another_error_of_a_service_costs_no_read(make: Make, safe: Safe, aws: Aws) -> None:
    rotate(safe, aws, 1)
    answer = aws.answer
    aws.answer = lambda *request: (  # type: ignore[method-assign]  # as DynamoDB says it
        answer(*request) and (400, '{"__type": "AccessDeniedException"}')
    )
    with pytest.raises(ClientError, match="AccessDeniedException"):
        make("dynamodb").list_tables()
    assert safe.calls == 1


def test_a_session_token_is_sent_if_there_is_one(make: Make, safe: Safe, aws: Aws) -> None:
    rotate(safe, aws, 1)
    safe.change(json.dumps(key(1) | {"SessionToken": "the-Session"}))
    sent: list[str] = []
    sts = make("sts")
    sts.meta.events.register(
        "before-send", lambda request, **_: sent.append(request.headers["X-Amz-Security-Token"])
    )
    sts.get_caller_identity()
    assert [str(each) for each in sent] in (["the-Session"], ["b'the-Session'"])


@pytest.mark.parametrize(
    "content",
    [b"the-Key", "the-Key", '{"AccessKeyId": "the-Key"}', '{"SecretAccessKey": "the-Key"}'],
)
def test_what_is_no_access_key_is_refused_in_words_that_do_not_repeat_it(
    make: Make, safe: Safe, content: str | bytes
) -> None:
    safe.content = content
    with pytest.raises(BadSecretError) as caught:
        make("sts").get_caller_identity()
    assert not [where for where, text in recorded(caught.value) if "the-Key" in text]


def test_a_key_that_turns_bad_does_not_take_the_good_one_away(
    make: Make, token: RotatedValue, safe: Safe, aws: Aws, hands: Hands
) -> None:
    rotate(safe, aws, 1)
    sts = make("sts")
    sts.get_caller_identity()
    safe.change("{}")
    hands.pass_by(301)
    token._cache.refresh().wait(60)
    sts.get_caller_identity()
    assert safe.calls == 2


def test_the_key_shows_up_nowhere(
    make: Make, token: RotatedValue, safe: Safe, aws: Aws, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rotate(safe, aws, 1)
    sts = make("sts", retries={"total_max_attempts": 1})
    sts.get_caller_identity()
    aws.keys.clear()
    with pytest.raises(ClientError) as refused:
        sts.get_caller_identity()
    aws.answer = lambda *_: (_ for _ in ()).throw(ConnectionError)  # type: ignore[method-assign]  # gone
    with pytest.raises(ConnectionClosedError) as gone:
        sts.get_caller_identity()
    for error in (refused.value, gone.value):
        assert not [where for where, text in recorded(error) if "the-Secret-Key" in text]
    credentials = RotatedCredentials(token)
    assert credentials.access_key == key(1)["AccessKeyId"]
    assert credentials.secret_key == key(1)["SecretAccessKey"]
    assert credentials.token is None
    for thing in (credentials, vars(credentials), caplog.text):
        assert "the-Secret-Key" not in str(thing)


def test_what_is_no_handle_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="secret must be a RotatedValue, not str"):
        session(cast("Any", "orders/production/access-key"))
