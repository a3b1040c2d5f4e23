import io
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from fakes.context import Context
from fakes.secrets_manager import SecretsManager
from rotation.errors import BadEventError, CredentialRefusedError
from rotation.handler import rotation_handler
from rotation.observability import observed
from tests.rotation.test_engine import ARN, Counter


def invoke(secrets: SecretsManager, token: str, *steps: str) -> None:
    handler = rotation_handler(Counter(), cast("Any", secrets))
    for step in steps:
        handler({"SecretId": ARN, "ClientRequestToken": token, "Step": step}, Context())


def printed_metrics(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = capsys.readouterr().out.splitlines()
    return [json.loads(line) for line in lines if line.startswith('{"_aws"')]


def test_success_is_logged_under_the_token_and_counted(
    function_log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = SecretsManager()
    secrets.create(ARN, "1")
    token = secrets.begin(ARN)
    invoke(secrets, token, "createSecret")
    [entry] = map(json.loads, function_log.getvalue().splitlines())
    assert entry["correlation_id"] == token
    assert entry["function_request_id"] == Context().aws_request_id
    assert entry["message"] == "createSecret succeeded"
    assert (entry["secret"], entry["strategy"]) == (ARN, "counter")
    [metric] = printed_metrics(capsys)
    assert metric["Success"] == [1]
    assert metric["Duration"][0] >= 0
    assert (metric["strategy"], metric["step"]) == ("counter", "createSecret")
    [definition] = metric["_aws"]["CloudWatchMetrics"]
    assert {m["Name"]: m["Unit"] for m in definition["Metrics"]} == {
        "Success": "Count",
        "Duration": "Milliseconds",
    }


def test_failure_is_logged_with_its_facts_counted_and_raised(
    function_log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = SecretsManager()
    secrets.create(ARN, "1")
    token = secrets.begin(ARN)
    with pytest.raises(CredentialRefusedError):
        invoke(secrets, token, "createSecret", "testSecret")
    entry = json.loads(function_log.getvalue().splitlines()[-1])
    assert entry["level"] == "ERROR"
    assert entry["correlation_id"] == token
    assert entry["error"] == "CredentialRefusedError"
    assert (entry["cause"], entry["remedy"], entry["retry_helps"]) == (
        "wrong number",
        "set it",
        False,
    )
    assert "in test" in entry["frames"][-1]
    assert printed_metrics(capsys)[-1]["Failure"] == [1]


def test_the_facts_of_one_invocation_do_not_stick_to_the_next(function_log: io.StringIO) -> None:
    secrets = SecretsManager()
    secrets.create(ARN, "1")
    with pytest.raises(CredentialRefusedError):
        invoke(secrets, secrets.begin(ARN), "createSecret", "testSecret")
    invoke(secrets, secrets.begin(ARN), "createSecret")
    assert "cause" not in json.loads(function_log.getvalue().splitlines()[-1])


def test_an_event_that_is_no_step_is_refused() -> None:
    handler = rotation_handler(Counter(), cast("Any", SecretsManager()))
    with pytest.raises(BadEventError):
        handler({"RequestType": "Create"}, Context())


def test_what_ends_at_the_same_time_is_counted_apart(capsys: pytest.CaptureFixture[str]) -> None:
    def work(number: int) -> None:
        for _ in range(50):
            with observed(
                strategy=f"s{number}", step="s", secret=ARN, correlation_id="", request_id=""
            ):
                pass

    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
    finally:
        sys.setswitchinterval(switching)
    # A line and its end are two writes, between which another thread may write.
    printed = capsys.readouterr().out.replace("\n", "").replace('}{"_aws"', '}\n{"_aws"')
    metrics = [json.loads(line) for line in printed.splitlines()]
    counted = [(each["strategy"], each["Success"]) for each in metrics]
    assert sorted(counted) == sorted((f"s{number}", [1]) for number in range(4) for _ in range(50))
