import http.server
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.error import URLError

import pytest

from cloudformation.custom_resource import custom_resource_handler
from rotation.deadline import Deadline
from rotation.errors import BadSecretError
from rotation.rotating_secret import RotatingSecret
from tests.rotation.context import Context

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf"


@dataclass
class Bucket:
    """The place to which answers are PUT."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    content_types: list[str | None] = field(default_factory=list)
    refusals: int = 0
    url: str = ""


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    bucket = Bucket()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_PUT(self) -> None:  # http.server's
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if bucket.refusals:
                bucket.refusals -= 1
                self.send_response(503)
            else:
                bucket.answers.append(json.loads(body))
                bucket.content_types.append(self.headers["Content-Type"])
                self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        bucket.url = f"http://localhost:{server.server_port}/answer"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield bucket
        server.shutdown()
        thread.join()


@dataclass
class Thing:
    """Something to ensure, which does what the test wants."""

    run: Callable[[], str] = lambda: "app"
    name: str = "thing"
    seconds: float = 12.0
    ensured: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    told: list[tuple[dict[str, object], dict[str, object]]] = field(default_factory=list)

    def ensure(
        self,
        secret: RotatingSecret,
        *,
        owner: str,
        deadline: Deadline,
        properties: Mapping[str, object],
        before: Mapping[str, object],
    ) -> str:
        del owner, deadline
        self.told.append((dict(properties), dict(before)))
        self.ensured.append(secret.arn)
        return self.run()

    def remove(self, secret: RotatingSecret, *, deadline: Deadline) -> None:
        del deadline
        self.removed.append(secret.arn)


def request(bucket: Bucket, kind: str = "Create", **changes: object) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": bucket.url,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "User",
        "ResourceType": "Custom::ApplicationUser",
        "ResourceProperties": {"ServiceToken": "function", "SecretArn": ARN},
        **changes,
    }


def invoke(thing: Thing, event: dict[str, Any], milliseconds: int = 30_000) -> None:
    custom_resource_handler(thing, cast("Any", object()))(event, Context(milliseconds))


def fail(error: BaseException) -> Callable[[], str]:
    def run() -> str:
        raise error

    return run


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_success_is_answered_with_the_name(bucket: Bucket, kind: str) -> None:
    thing = Thing()
    invoke(thing, request(bucket, kind))
    assert thing.ensured == [ARN]
    assert bucket.answers == [
        {
            "Status": "SUCCESS",
            "Reason": "",
            "PhysicalResourceId": ARN,
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "User",
            "Data": {"Username": "app"},
        }
    ]


def test_the_thing_is_told_its_properties_and_those_before(bucket: Bucket) -> None:
    thing = Thing()
    event = request(bucket, "Update", OldResourceProperties={"SecretArn": ARN, "Reads": ["a"]})
    event["ResourceProperties"]["Reads"] = ["b"]
    invoke(thing, event)
    invoke(thing, request(bucket))
    [(now, before), (_, nothing)] = thing.told
    assert (now["Reads"], before["Reads"], nothing) == (["b"], ["a"], {})


def test_the_answer_has_the_content_type_for_which_its_url_is_signed(bucket: Bucket) -> None:
    invoke(Thing(), request(bucket))
    assert bucket.content_types == [""]


def test_delete_lets_the_thing_decide_what_goes(bucket: Bucket) -> None:
    thing = Thing()
    invoke(thing, request(bucket, "Delete", PhysicalResourceId="as before"))
    assert not thing.ensured
    assert thing.removed == [ARN]
    [answer] = bucket.answers
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "as before")


def test_a_failure_is_answered_with_its_cause_and_not_raised(bucket: Bucket) -> None:
    """Lambda runs a request again that raised, and the answer may be given only once."""
    invoke(Thing(fail(BadSecretError("The port is a word", remedy="Fix it"))), request(bucket))
    [answer] = bucket.answers
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith(f"Create of {ARN} failed: The port is a word. Fix it.")


def test_a_defect_is_answered_without_its_text(bucket: Bucket) -> None:
    invoke(Thing(fail(ValueError("hunter2"))), request(bucket))
    [answer] = bucket.answers
    assert answer["Status"] == "FAILED"
    assert "unexpected ValueError" in answer["Reason"]
    assert "hunter2" not in answer["Reason"]


def test_a_reason_that_is_too_long_is_cut(bucket: Bucket) -> None:
    invoke(Thing(fail(BadSecretError("ä" * 9000, remedy="Fix it"))), request(bucket))
    assert len(json.dumps(bucket.answers[0])) < 4096 * 2
    assert len(bucket.answers[0]["Reason"]) == 500


@pytest.mark.parametrize("properties", [{}, {"SecretArn": ""}, {"SecretArn": ["x"]}])
def test_a_resource_without_a_secret_fails(bucket: Bucket, properties: dict[str, object]) -> None:
    invoke(Thing(), request(bucket, ResourceProperties=properties))
    assert bucket.answers[0]["Status"] == "FAILED"
    assert "SecretArn" in bucket.answers[0]["Reason"]


def test_work_that_hangs_is_answered_once_before_the_time_is_up(bucket: Bucket) -> None:
    answered = threading.Event()

    def hang() -> str:
        while not bucket.answers:
            answered.wait(0.01)
        return "too late"

    invoke(Thing(hang), request(bucket), milliseconds=2_100)
    [answer] = bucket.answers
    assert answer["Status"] == "FAILED"
    assert "time is nearly used up" in answer["Reason"]


def test_an_answer_that_is_not_taken_is_given_again(bucket: Bucket) -> None:
    bucket.refusals = 1
    invoke(Thing(), request(bucket))
    assert len(bucket.answers) == 1


def test_an_answer_that_can_not_be_delivered_is_raised(bucket: Bucket) -> None:
    bucket.refusals = 5
    with pytest.raises(URLError):
        invoke(Thing(), request(bucket))
