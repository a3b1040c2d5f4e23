"""What a caller gets from a function."""

import base64
import json
import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local import patience
from local.functions.interpreter import PYTHON_RUNTIMES
from local.functions.invocation import CannotRun, FunctionNotFound
from local.patience import patient

from .conftest import REGION, Lambda, LambdaFactory

ECHO = """
def handler(event, context):
    return {"event": event, "arn": context.invoked_function_arn, "id": context.aws_request_id}
"""


def test_a_function_answers_an_http_caller(aws: Lambda, name: str) -> None:
    arn = aws.deploy(ECHO, name=name)
    told = aws.call(name, {"to": "you"})
    assert told["answer"]["event"] == {"to": "you"}
    assert told["answer"]["arn"] == arn
    assert told["error"] is None


def test_a_function_answers_a_caller_inside_the_local_aws(aws: Lambda, name: str) -> None:
    arn = aws.deploy(ECHO, name=name)
    invocation = aws.functions.invoke(arn, {"to": "you"})
    assert invocation.answer["event"] == {"to": "you"}
    assert invocation.error is None
    assert invocation.cold


def test_the_second_event_finds_the_process_warm(aws: Lambda, name: str) -> None:
    arn = aws.deploy("import os\ndef handler(event, context): return os.getpid()", name=name)
    first, second = aws.functions.invoke(arn, {}), aws.functions.invoke(arn, {})
    assert (first.cold, second.cold) == (True, False)
    assert first.answer == second.answer


def test_no_payload_is_an_empty_event(aws: Lambda, name: str) -> None:
    aws.deploy(ECHO, name=name)
    answer = aws.client().invoke(FunctionName=name)
    assert json.loads(answer["Payload"].read())["event"] == {}
    assert answer["ExecutedVersion"] == "$LATEST"


def test_an_exception_is_told_as_lambda_tells_it(aws: Lambda, name: str) -> None:
    aws.deploy("def handler(event, context): raise ValueError('no such thing')", name=name)
    told = aws.call(name)
    assert told["status"] == 200
    assert told["error"] == "Unhandled"
    assert told["answer"]["errorType"] == "ValueError"
    assert told["answer"]["errorMessage"] == "no such thing"
    assert "in handler" in told["answer"]["stackTrace"][0]


def test_a_function_survives_its_exceptions(aws: Lambda, name: str) -> None:
    arn = aws.deploy("def handler(event, context): return 1 / event['by']", name=name)
    failed, fine = aws.functions.invoke(arn, {"by": 0}), aws.functions.invoke(arn, {"by": 1})
    assert str(failed.error) == "ZeroDivisionError: division by zero"
    assert fine.answer == 1
    assert not fine.cold


def test_a_module_that_cannot_be_imported_is_told(aws: Lambda, name: str) -> None:
    arn = aws.deploy("import nothing_of_that_name\n", name=name)
    for _ in range(2):
        invocation = aws.functions.invoke(arn, {})
        assert invocation.error is not None
        assert invocation.error.type == "Runtime.ImportModuleError"
        assert "nothing_of_that_name" in invocation.error.message


def test_a_handler_that_is_missing_is_told(aws: Lambda, name: str) -> None:
    arn = aws.deploy(ECHO, name=name, Handler="app.other")
    error = aws.functions.invoke(arn, {}).error
    assert error is not None
    assert error.type == "Runtime.HandlerNotFound"


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("os._exit(3)", "exit status 3"),
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("os.kill(os.getpid(), 9)", "signal: killed"),
    ],
)
def test_a_process_that_ends_is_told_and_replaced(
    aws: Lambda, name: str, code: str, cause: str
) -> None:
    source = (
        f"import os\ndef handler(event, context):\n    if event:\n        {code}\n    return 'fine'"
    )
    arn = aws.deploy(source, name=name)
    error = aws.functions.invoke(arn, {"end": True}).error
    assert error is not None
    assert error.type == "Runtime.ExitError"
    assert cause in error.message
    again = aws.functions.invoke(arn, {})
    assert again.answer == "fine"
    assert again.cold


def test_a_process_that_ends_while_it_loads_is_told(aws: Lambda, name: str) -> None:
    error = aws.functions.invoke(aws.deploy("import os; os._exit(7)", name=name), {}).error
    assert error is not None
    assert "exit status 7" in error.message


def test_a_function_is_killed_when_its_time_is_up(aws: Lambda, name: str) -> None:
    source = """
    import os, time
    def handler(event, context):
        time.sleep(event["seconds"])
        return os.getpid()
    """
    arn = aws.deploy(source, name=name, Timeout=1)
    first = aws.functions.invoke(arn, {"seconds": 0})
    late = aws.call(name, {"seconds": 60}, LogType="Tail")
    assert late["error"] == "Unhandled"
    assert late["answer"]["errorType"] == "Sandbox.Timedout"
    assert late["answer"]["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    assert "Task timed out after 1.00 seconds" in late["log"]
    assert not list((aws.directory / "sandboxes").iterdir())
    again = aws.functions.invoke(arn, {"seconds": 0})
    assert again.cold
    assert again.answer != first.answer


def test_a_function_knows_how_much_time_it_has(
    aws: Lambda, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "slowness", lambda: 1.0)  # else a busy machine gives it more
    source = "def handler(event, context): return context.get_remaining_time_in_millis()"
    arn = aws.deploy(source, name=name, Timeout=100)
    assert 90_000 < aws.functions.invoke(arn, {}).answer <= 100_000


def test_client_context_and_trace_reach_the_function(aws: Lambda, name: str) -> None:
    source = """
    import os
    def handler(event, context):
        return context.client_context.custom, os.environ["_X_AMZN_TRACE_ID"]
    """
    aws.deploy(source, name=name)
    context = base64.b64encode(json.dumps({"custom": {"a": "b"}}).encode()).decode()
    custom, trace = aws.call(name, ClientContext=context)["answer"]
    assert custom == {"a": "b"}
    assert trace.startswith("Root=1-")


def test_a_dry_run_runs_nothing(aws: Lambda, name: str, tmp_path: Any) -> None:
    aws.deploy(writes(tmp_path / "ran"), name=name)
    assert aws.call(name, InvocationType="DryRun")["status"] == 204
    assert not (tmp_path / "ran").exists()


def test_an_event_is_answered_before_it_is_handled(aws: Lambda, name: str, tmp_path: Any) -> None:
    aws.deploy(writes(tmp_path / "ran"), name=name)
    told = aws.call(name, InvocationType="Event")
    assert (told["status"], told["answer"]) == (202, None)
    wait_for_events()
    assert lines(tmp_path / "ran") == 1


def test_a_failed_event_is_tried_twice_again_with_its_request_id(
    start: LambdaFactory, name: str, tmp_path: Any
) -> None:
    aws = start(retry_delays=(0, 0))
    aws.deploy(writes(tmp_path / "ran", then="raise ValueError"), name=name)
    aws.call(name, InvocationType="Event")
    wait_for_events()
    assert lines(tmp_path / "ran") == 3
    assert len(set((tmp_path / "ran").read_text().splitlines())) == 1


def test_a_function_can_ask_for_fewer_tries(start: LambdaFactory, name: str, tmp_path: Any) -> None:
    aws = start(retry_delays=(0, 0))
    aws.deploy(writes(tmp_path / name, then="raise ValueError"), name=name)
    aws.client().put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1)
    aws.call(name, InvocationType="Event")
    wait_for_events()
    assert lines(tmp_path / name) == 2


def test_an_event_that_is_no_json_is_refused(aws: Lambda, name: str) -> None:
    aws.deploy(ECHO, name=name)
    with pytest.raises(ClientError, match="Could not parse request body into json"):
        aws.client().invoke(FunctionName=name, Payload=b"{")


def test_a_function_that_does_not_exist_is_told(aws: Lambda) -> None:
    with pytest.raises(FunctionNotFound, match="nobody"):
        aws.functions.invoke(f"arn:aws:lambda:{REGION}:123456789012:function:nobody", {})
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        aws.call("nobody")


def test_another_runtime_than_the_one_here_is_refused(aws: Lambda, name: str) -> None:
    arn = aws.deploy(ECHO, name=name, Runtime="nodejs22.x")
    with pytest.raises(CannotRun, match=r"deployed for nodejs22\.x, but functions run on python3"):
        aws.functions.invoke(arn, {})
    with pytest.raises(ClientError, match="deployed for nodejs22"):
        aws.call(name)


@pytest.mark.parametrize("runtime", PYTHON_RUNTIMES)
def test_any_python_here_stands_for_each_of_the_runtimes(
    aws: Lambda, name: str, runtime: str
) -> None:
    aws.deploy(ECHO, name=name, Runtime=runtime)
    assert aws.call(name)["error"] is None


def writes(path: Any, then: str = "pass") -> str:
    """A function that adds its request id to a file."""
    return f"""
    def handler(event, context):
        with open({str(path)!r}, "a") as file:
            print(context.aws_request_id, file=file)
        {then}
    """


def lines(path: Any) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


def wait_for_events() -> None:
    """Wait until no event is under way any more."""
    for thread in threading.enumerate():
        if thread.name.startswith("event-"):
            thread.join(timeout=patient(60))
            assert not thread.is_alive()
