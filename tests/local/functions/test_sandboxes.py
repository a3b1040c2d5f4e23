"""Which process runs an event, and what it finds there."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.awslambda.models import lambda_backends

from local.functions import role_sessions
from local.functions.invocation import CannotRun, TooManyRequests
from local.identity import sessions
from local.patience import wait_until

from .conftest import REGION, ROOT, Lambda, LambdaFactory

PID = "import os\ndef handler(event, context): return os.getpid()"


def test_two_events_at_once_run_in_two_processes(aws: Lambda, name: str, tmp_path: Path) -> None:
    arn = aws.deploy(meets(tmp_path, 2), name=name, Timeout=30)
    with ThreadPoolExecutor(2) as callers:
        pids = set(callers.map(lambda _: aws.functions.invoke(arn, {}).answer, range(2)))
    assert len(pids) == 2


def test_no_more_than_the_reserved_concurrency_run(aws: Lambda, name: str, tmp_path: Path) -> None:
    arn = aws.deploy(waits_for(tmp_path / "go"), name=name, Timeout=30)
    aws.client().put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    with ThreadPoolExecutor(1) as callers:
        running = callers.submit(aws.functions.invoke, arn, {})
        wait_until((tmp_path / "started").exists)
        with pytest.raises(TooManyRequests):
            aws.functions.invoke(arn, {})
        with pytest.raises(ClientError, match="Rate Exceeded") as refused:
            aws.call(name)
        (tmp_path / "go").touch()
        assert running.result().error is None
    answer: Any = refused.value.response
    assert answer["Error"]["Code"] == "TooManyRequestsException"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert aws.functions.invoke(arn, {}).error is None


def test_a_reserved_concurrency_of_none_stops_a_function(aws: Lambda, name: str) -> None:
    arn = aws.deploy(PID, name=name)
    aws.client().put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with pytest.raises(TooManyRequests):
        aws.functions.invoke(arn, {})


def test_the_account_has_a_limit_too(start: LambdaFactory, name: str, tmp_path: Path) -> None:
    aws = start(concurrency=1)
    arn = aws.deploy(waits_for(tmp_path / "go"), name=name, Timeout=30)
    other = aws.deploy(PID, name=f"{name}-2"[-64:])
    with ThreadPoolExecutor(1) as callers:
        running = callers.submit(aws.functions.invoke, arn, {})
        wait_until((tmp_path / "started").exists)
        with pytest.raises(TooManyRequests) as refused:
            aws.functions.invoke(other, {})
        (tmp_path / "go").touch()
        running.result()
    assert refused.value.reason == "ConcurrentInvocationLimitExceeded"


def test_only_some_waiting_processes_are_kept(
    start: LambdaFactory, name: str, tmp_path: Path
) -> None:
    aws = start(idle_sandboxes=1)
    arn = aws.deploy(meets(tmp_path, 3), name=name, Timeout=30)
    with ThreadPoolExecutor(3) as callers:
        pids = list(callers.map(lambda _: aws.functions.invoke(arn, {}).answer, range(3)))
    assert sum(map(alive, pids)) == 1


def test_new_code_is_used_at_the_next_event(aws: Lambda, name: str) -> None:
    arn = aws.deploy(PID, name=name)
    old = aws.functions.invoke(arn, {}).answer
    aws.update(name, "def handler(event, context): return 'new'")
    assert aws.functions.invoke(arn, {}).answer == "new"
    assert not alive(old)


def test_new_configuration_is_used_at_the_next_event(aws: Lambda, name: str) -> None:
    source = "import os\ndef handler(event, context): return os.environ.get('WORD')"
    arn = aws.deploy(source, name=name, Environment={"Variables": {"WORD": "old"}})
    assert aws.functions.invoke(arn, {}).answer == "old"
    aws.client().update_function_configuration(
        FunctionName=name, Environment={"Variables": {"WORD": "new"}}
    )
    assert aws.functions.invoke(arn, {}).answer == "new"


def test_a_deleted_function_has_no_process(aws: Lambda, name: str) -> None:
    arn = aws.deploy(PID, name=name)
    pid = aws.functions.invoke(arn, {}).answer
    aws.client().delete_function(FunctionName=name)
    assert not alive(pid)


def test_a_function_that_is_deleted_while_it_runs_ends_its_event_first(
    aws: Lambda, name: str, tmp_path: Path
) -> None:
    arn = aws.deploy(waits_for(tmp_path / "go"), name=name, Timeout=30)
    with ThreadPoolExecutor(1) as callers:
        running = callers.submit(aws.functions.invoke, arn, {})
        wait_until((tmp_path / "started").exists)
        aws.client().delete_function(FunctionName=name)
        (tmp_path / "go").touch()
        assert not alive(running.result().answer)


def test_leaving_ends_all_processes_with_what_they_started(
    start: LambdaFactory, name: str, tmp_path: Path
) -> None:
    aws = start()
    source = """
    import os, subprocess
    def handler(event, context):
        return [os.getpid(), subprocess.Popen(["sleep", "600"]).pid]
    """
    pids = aws.functions.invoke(aws.deploy(source, name=name), {}).answer
    assert all(map(alive, pids))
    aws.functions.__exit__()
    wait_until(lambda: not any(map(alive, pids)))
    assert not list(tmp_path.glob("sandboxes/*"))
    assert not list(tmp_path.glob("packages/*"))


def test_nothing_is_started_after_leaving(start: LambdaFactory, name: str) -> None:
    aws = start()
    arn = aws.deploy(PID, name=name)
    aws.functions.__exit__()
    with pytest.raises(CannotRun, match="going down"):
        aws.functions.invoke(arn, {})


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_killed_server_leaves_no_process(interpreter: Path, tmp_path: Path) -> None:
    script = Path(__file__).with_name("lone_server.py")
    server = [sys.executable, str(script), str(interpreter), str(tmp_path)]
    environment = {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(server, stdout=subprocess.PIPE, env=environment) as running:  # our script
        assert running.stdout is not None
        pid = int(running.stdout.readline())
        assert alive(pid)
        running.send_signal(signal.SIGKILL)
    wait_until(lambda: not alive(pid))


def test_a_package_that_cannot_be_unpacked_is_told(aws: Lambda, name: str) -> None:
    arn = aws.deploy(PID, name=name)
    lambda_backends["123456789012"][REGION].get_function(name).code_bytes = b"no zip"
    with pytest.raises(CannotRun, match="from its package of 6 bytes: File is not a zip file"):
        aws.functions.invoke(arn, {})
    with pytest.raises(ClientError, match="File is not a zip file"):
        aws.call(name)
    assert not list(aws.directory.glob("sandboxes/*"))
    assert not list(aws.directory.glob("packages/*"))


def test_processes_of_one_package_share_its_folder_and_others_do_not(aws: Lambda) -> None:
    source = """
    import os
    def handler(event, context):
        return os.environ["LAMBDA_TASK_ROOT"]
    """
    first, second = (aws.deploy(source, name=f"shares-{number}") for number in (1, 2))
    other = aws.deploy(f"{source}    # changed\n", name="shares-not")
    folders = [aws.functions.invoke(each, {}).answer for each in (first, second, other)]
    assert folders[0] == folders[1] != folders[2]


def test_a_function_finds_lambdas_environment_and_no_other(
    start: LambdaFactory, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INHERITED", "yes")
    aws = start(extra_environment={"RDS_CA_BUNDLE": "/tmp/ca.pem"})  # noqa: S108  # only a value
    source = "import os\ndef handler(event, context): return dict(os.environ)"
    own = {"WORD": "mine", "AWS_REGION": "mars-1"}
    arn = aws.deploy(source, name=name, Environment={"Variables": own}, MemorySize=256)
    found = aws.functions.invoke(arn, {}).answer
    assert found["WORD"] == "mine"
    assert found["RDS_CA_BUNDLE"] == "/tmp/ca.pem"  # noqa: S108  # only a value
    assert found["AWS_ENDPOINT_URL"] == aws.endpoint_url
    assert found["AWS_REGION"] == "eu-west-1"
    assert found["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert found["AWS_LAMBDA_LOG_GROUP_NAME"] == f"/aws/lambda/{name}"
    assert found["AWS_EXECUTION_ENV"].startswith("AWS_Lambda_python3.")
    assert "INHERITED" not in found
    ours = {"WORD", "RDS_CA_BUNDLE", "AWS_ENDPOINT_URL", "HOME", "LC_CTYPE", "PATH", "PWD", "SHLVL"}
    lambdas = {each for each in found if each.startswith(("AWS_", "_", "LAMBDA_"))}
    assert set(found) - ours - lambdas == {"LANG", "TZ"}


def test_a_function_has_only_what_the_managed_runtime_has(aws: Lambda, name: str) -> None:
    source = """
    import importlib.util
    def handler(event, context):
        return [each for each in event["modules"] if importlib.util.find_spec(each)]
    """
    arn = aws.deploy(source, name=name)
    modules = ["boto3", "awslambdaric", "moto", "pg8000", "aws_lambda_powertools", "local"]
    assert aws.functions.invoke(arn, {"modules": modules}).answer == ["boto3", "awslambdaric"]


def test_a_function_finds_its_code_read_only_in_its_folder(aws: Lambda, name: str) -> None:
    source = """
    import os
    def handler(event, context):
        root = os.environ["LAMBDA_TASK_ROOT"]
        modes = [oct(os.stat(path).st_mode)[-3:] for path in (root, root + "/app.py")]
        return {"here": os.getcwd() == root, "file": __file__ == root + "/app.py", "modes": modes}
    """
    arn = aws.deploy(source, name=name)
    found = aws.functions.invoke(arn, {}).answer
    assert found == {"here": True, "file": True, "modes": ["555", "444"]}


def test_a_function_has_its_roles_credentials(aws: Lambda, name: str) -> None:
    source = """
    import boto3, os
    def handler(event, context):
        arn = boto3.client("sts").get_caller_identity()["Arn"]
        return {"arn": arn, "key": os.environ["AWS_ACCESS_KEY_ID"]}
    """
    arn = aws.deploy(source, name=name, Timeout=30)
    found = aws.functions.invoke(arn, {}).answer
    assert found["arn"] == f"arn:aws:sts::123456789012:assumed-role/{name}-role/{name}"
    holder = aws.functions.function_of(found["key"])
    assert holder is not None
    assert holder.arn == arn
    aws.client().delete_function(FunctionName=name)
    assert aws.functions.function_of(found["key"]) is None


def test_a_process_is_replaced_before_its_credentials_expire(
    aws: Lambda, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = aws.deploy(PID, name=name, Timeout=30)
    first = aws.functions.invoke(arn, {})
    soon = datetime.now(UTC) + timedelta(seconds=role_sessions.SESSION_SECONDS - 60)
    monkeypatch.setattr(sessions, "datetime", Frozen(soon))
    second = aws.functions.invoke(arn, {})
    assert second.cold
    assert second.answer != first.answer


class Frozen:
    """A clock that stands still."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self, _: Any) -> datetime:
        return self._now


def meets(directory: Path, number: int) -> str:
    """A function that ends when that many run at once."""
    return f"""
    import os, pathlib, time
    def handler(event, context):
        folder = pathlib.Path({str(directory / "met")!r})
        folder.mkdir(exist_ok=True)
        (folder / str(os.getpid())).touch()
        while len(list(folder.iterdir())) < {number}:
            time.sleep(0.01)
        return os.getpid()
    """


def waits_for(path: Path) -> str:
    """A function that ends when a file appears."""
    return f"""
    import os, pathlib, time
    def handler(event, context):
        pathlib.Path({str(path.parent / "started")!r}).touch()
        while not os.path.exists({str(path)!r}):
            time.sleep(0.01)
        return os.getpid()
    """


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A child of nobody waits as a zombie until the init process has seen to it.
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
