"""A custom resource that another function makes, from CloudFormation's request to its answer."""

import importlib
import sys
from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.error import URLError

import boto3
import pytest
from botocore.config import Config

from cloudformation.outcome import Outcome
from custom_resource import inner
from custom_resource.relay import NOTHING_MADE, relay_handler
from tests.cloudformation.answers import Answers
from tests.custom_resource.lambda_api import HANG_UP, SILENCE, LambdaApi, Reply

NAME = "orders-production-application-users"
FUNCTION = f"arn:aws:lambda:eu-central-1:123456789012:function:{NAME}"
MADE = {"Status": "SUCCESS", "Reason": "", "PhysicalResourceId": "it", "Data": {"Username": "app"}}
FAILED = {**MADE, "Status": "FAILED", "Reason": "The port is a word. Fix it.", "Data": {}}
NOT_READY = Reply.refused("ResourceNotReadyException", 502)

Relay = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def answers() -> Iterator[Answers]:
    with Answers() as answers:
        yield answers


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[LambdaApi]:
    with LambdaApi() as api:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL_LAMBDA": api.url,
        }.items():
            monkeypatch.setenv(name, value)
        yield api


class Time:
    """A clock that the pauses move."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def relay(api: LambdaApi, answers: Answers, monkeypatch: pytest.MonkeyPatch) -> Relay:
    """What is deployed, with its own client, on a clock of ours; gives its one answer."""
    monkeypatch.delitem(sys.modules, "custom_resource.handler", raising=False)
    client = importlib.import_module("custom_resource.handler").client
    time = Time()
    handler = relay_handler(client, clock=time.clock, pause=time.pause)

    def answer(event: dict[str, Any]) -> dict[str, Any]:
        handler(event, None)
        [given] = answers.given
        assert "hunter2" not in str(given)
        return given

    return answer


def request(answers: Answers, kind: str = "Create", **changes: object) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": answers.url,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "User",
        "ResourceType": "Custom::ApplicationUser",
        "ResourceProperties": {"ServiceToken": "relay", "Function": FUNCTION, "SecretArn": "arn"},
        **changes,
    }


def test_what_the_function_made_is_answered(relay: Relay, api: LambdaApi, answers: Answers) -> None:
    api.replies = [Reply.returned(MADE)]
    assert relay(request(answers)) == {
        **MADE,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "User",
    }


def test_the_function_gets_the_request_without_the_url_to_answer_at(
    relay: Relay, api: LambdaApi, answers: Answers
) -> None:
    api.replies = [Reply.returned(MADE)]
    event = request(answers)
    relay(event)
    [(path, payload)] = api.calls
    assert NAME in path
    assert event.pop("ResponseURL") == answers.url
    assert payload == event


def test_a_notice_of_a_function_that_goes_is_in_the_log_of_the_one_that_stays(
    relay: Relay, api: LambdaApi, answers: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    api.replies = [Reply.returned(Outcome("it", notice="The rotation is off").document())]
    reply = relay(request(answers, "Delete", PhysicalResourceId="it"))
    assert (reply["Status"], reply["Reason"]) == ("SUCCESS", "The rotation is off")
    assert caplog.messages == ["Delete: The rotation is off"]


def test_a_failure_of_the_function_is_answered_in_its_words(
    relay: Relay, api: LambdaApi, answers: Answers
) -> None:
    api.replies = [Reply.returned(FAILED)]
    given = relay(request(answers))
    assert (given["Status"], given["Reason"]) == ("FAILED", FAILED["Reason"])


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply.raised(errorType="KeyError", errorMessage="hunter2"), "ended with KeyError"),
        (Reply.raised(errorType="hunter2 ;", errorMessage="hunter2"), "ended with an error"),
        (
            Reply.raised(errorType="Sandbox.Timedout", errorMessage="Task timed out"),
            "did not end within its time",
        ),
        (
            Reply.raised(errorMessage="2026 Task timed out after 60.00 seconds"),
            "did not end within its time",
        ),
        (Reply.raised(errorType="Runtime.ExitError"), "ended with Runtime.ExitError"),
        (Reply(b"hunter2", headers={"X-Amz-Function-Error": "Unhandled"}), "ended with an error"),
        (Reply(b"[1]", headers={"X-Amz-Function-Error": "Unhandled"}), "ended with an error"),
    ],
)
def test_a_function_that_ends_in_an_error_is_named_with_its_log(
    relay: Relay, api: LambdaApi, answers: Answers, reply: Reply, told: str
) -> None:
    api.replies = [reply]
    given = relay(request(answers))
    assert given["Status"] == "FAILED"
    assert given["Reason"].startswith(f"{NAME} {told}. See its log /aws/lambda/{NAME} ")


@pytest.mark.parametrize(
    "returned",
    [
        None,
        "hunter2",
        {},
        {**MADE, "Status": "hunter2"},
        {**MADE, "PhysicalResourceId": ""},
        {**MADE, "PhysicalResourceId": 7},
        {**MADE, "Data": ["hunter2"]},
        {**MADE, "Data": {"Username": {"hunter2": 1}}},
        {**FAILED, "Reason": ""},
    ],
    ids=str,
)
def test_what_is_no_outcome_is_answered_as_a_failure(
    relay: Relay, api: LambdaApi, answers: Answers, returned: object
) -> None:
    api.replies = [Reply.returned(returned)]
    given = relay(request(answers))
    assert given["Status"] == "FAILED"
    assert given["Reason"].startswith(f"{NAME} returned nothing that can be used: ")
    assert "Deploy the version of it that belongs to this one" in given["Reason"]


def test_what_is_no_json_is_answered_as_a_failure(
    relay: Relay, api: LambdaApi, answers: Answers
) -> None:
    api.replies = [Reply(b"hunter2")]
    assert (
        f"{NAME} returned nothing that can be used: it is no JSON"
        in (relay(request(answers))["Reason"])
    )


@pytest.mark.parametrize(
    ("code", "status", "remedy"),
    [
        ("AccessDeniedException", 403, "compare its name with what the role's policy allows"),
        ("ResourceNotFoundException", 404, "Deploy the stack that has it"),
        ("TooManyRequestsException", 429, "try again later"),
        ("ResourceNotReadyException", 502, "try again later"),
        ("InvalidRuntimeException", 502, "See its log"),
        ("RequestTooLargeException", 413, "Compare its configuration with the template"),
        ("ServiceException", 500, "See its log"),
    ],
)
def test_a_function_that_lambda_does_not_run_is_named_with_a_remedy(
    relay: Relay, api: LambdaApi, answers: Answers, code: str, status: int, remedy: str
) -> None:
    api.replies = [Reply.refused(code, status)]
    given = relay(request(answers))
    assert given["Status"] == "FAILED"
    assert given["Reason"].startswith(f"{NAME} could not be invoked: {code}. ")
    assert remedy in given["Reason"]


@pytest.mark.parametrize("reply", [HANG_UP, Reply.refused("ServiceException", 500)], ids=str)
def test_a_function_that_may_have_run_is_not_run_again(
    relay: Relay, api: LambdaApi, answers: Answers, reply: Reply
) -> None:
    api.replies = [reply, Reply.returned(MADE)]
    given = relay(request(answers))
    assert (given["Status"], len(api.calls)) == ("FAILED", 1)
    assert "It may have run" in given["Reason"]


@pytest.mark.parametrize(
    "refusals",
    [
        [NOT_READY, Reply.refused("ResourceConflictException", 409)],
        [Reply.refused("AccessDeniedException", 403)],
        [Reply.refused("TooManyRequestsException", 429)] * 3,
    ],
    ids=["idle for weeks", "a new role", "throttled"],
)
def test_a_refusal_that_passes_by_itself_is_waited_for(
    relay: Relay, api: LambdaApi, answers: Answers, refusals: list[Reply]
) -> None:
    api.replies = [*refusals, Reply.returned(MADE)]
    assert relay(request(answers))["Status"] == "SUCCESS"
    assert len(api.calls) == len(refusals) + 1


def test_it_is_waited_for_no_longer_than_there_is_time_for_the_function(
    relay: Relay, api: LambdaApi, answers: Answers
) -> None:
    api.replies = [NOT_READY]
    relay(request(answers))
    assert len(api.calls) == inner.PATIENCE_SECONDS // inner.PAUSE_SECONDS


def test_a_function_that_never_ends_is_answered_for(api: LambdaApi, answers: Answers) -> None:
    api.replies = [SILENCE]
    impatient = boto3.client(
        "lambda", config=Config(read_timeout=1, retries={"total_max_attempts": 1})
    )
    relay_handler(cast("Any", impatient))(request(answers), None)
    [given] = answers.given
    assert given["Status"] == "FAILED"
    assert f"The call of {NAME} broke: ReadTimeoutError. It may have run" in given["Reason"]


def test_lambda_out_of_reach_is_answered(
    relay: Relay, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    del relay
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:1")
    client = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))
    relay_handler(cast("Any", client))(request(answers), None)
    assert "could not be invoked: EndpointConnectionError" in answers.given[0]["Reason"]


@pytest.mark.parametrize("function", [None, "", ["x"]])
def test_a_resource_without_a_function_fails(
    relay: Relay, answers: Answers, function: object
) -> None:
    given = relay(request(answers, ResourceProperties={"Function": function}))
    assert "has no Function" in given["Reason"]


def test_a_defect_is_answered_without_its_text(answers: Answers) -> None:
    class Broken:
        def invoke(self, **_: object) -> None:
            raise ValueError("hunter2")

    relay_handler(cast("Any", Broken()))(request(answers), None)
    [given] = answers.given
    assert "unexpected ValueError" in given["Reason"]
    assert "hunter2" not in str(given)


def test_what_was_never_made_is_deleted_without_the_function(
    relay: Relay, api: LambdaApi, answers: Answers
) -> None:
    """Otherwise the deployment that could not make it could not roll back either."""
    api.replies = [Reply.refused("ResourceNotFoundException", 404)]
    made = relay(request(answers))
    answers.given.clear()
    removed = relay(request(answers, "Delete", PhysicalResourceId=made["PhysicalResourceId"]))
    assert made["PhysicalResourceId"] == removed["PhysicalResourceId"] == NOTHING_MADE
    assert (removed["Status"], len(api.calls)) == ("SUCCESS", 1)


def test_what_may_have_been_made_is_deleted_by_the_function(
    relay: Relay, api: LambdaApi, answers: Answers
) -> None:
    api.replies = [Reply.raised(errorType="KeyError"), Reply.returned(MADE)]
    made = relay(request(answers))
    answers.given.clear()
    relay(request(answers, "Delete", PhysicalResourceId=made["PhysicalResourceId"]))
    assert [payload["RequestType"] for _, payload in api.calls] == ["Create", "Delete"]


@pytest.mark.parametrize("kind", ["Update", "Delete"])
@pytest.mark.parametrize(
    "reply", [Reply.refused("ResourceNotFoundException", 404), Reply.raised(errorType="KeyError")]
)
def test_a_resource_whose_function_is_gone_or_fails_keeps_its_id_and_fails(
    relay: Relay, api: LambdaApi, answers: Answers, kind: str, reply: Reply
) -> None:
    """To say that it was deleted would leave what it stands for; to say nothing would hang."""
    api.replies = [reply]
    given = relay(request(answers, kind, PhysicalResourceId="as before"))
    assert (given["Status"], given["PhysicalResourceId"]) == ("FAILED", "as before")
    assert NAME in given["Reason"]


def test_an_answer_that_can_not_be_delivered_is_raised(
    relay: Relay, api: LambdaApi, answers: Answers
) -> None:
    """Lambda then runs the request again, and the function makes what there is already."""
    api.replies, answers.refusals = [Reply.returned(MADE)], 2
    with pytest.raises(URLError):
        relay(request(answers))
    assert relay(request(answers))["Status"] == "SUCCESS"
