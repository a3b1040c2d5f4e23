"""Where a function's log goes."""

import json
import re

from .conftest import Lambda

CHATTY = """
import logging
print("loading")
def handler(event, context):
    print("handling")
    logging.getLogger().warning("careful")
    raise ValueError("first\\nsecond")
"""


def test_the_tail_of_the_log_comes_with_the_answer(aws: Lambda, name: str) -> None:
    aws.deploy(CHATTY, name=name, MemorySize=192)
    log = aws.call(name, LogType="Tail")["log"]
    kinds = [line.split()[0] for line in log.splitlines()]
    assert kinds[:4] == ["loading", "START", "handling", "[WARNING]"]
    assert kinds[-2:] == ["END", "REPORT"]
    assert re.search(
        r"Billed Duration: \d+ ms\tMemory Size: 192 MB\tMax Memory Used: \d+ MB\t", log
    )
    assert "Init Duration: " in log
    assert "Init Duration: " not in aws.call(name, LogType="Tail")["log"]


def test_without_asking_there_is_no_tail(aws: Lambda, name: str) -> None:
    aws.deploy("def handler(event, context): print('hello')", name=name)
    assert aws.call(name)["log"] == ""


def test_the_tail_is_no_longer_than_4_kb(aws: Lambda, name: str) -> None:
    arn = aws.deploy("def handler(event, context): print('x' * 10_000)", name=name)
    tail = aws.functions.invoke(arn, {}).log_tail
    assert len(tail) == 4096
    assert b"REPORT" in tail


def test_the_log_is_in_the_functions_log_group(aws: Lambda, name: str) -> None:
    aws.deploy("def handler(event, context): print('hello', context.log_stream_name)", name=name)
    aws.call(name)
    aws.call(name)
    logs = aws.client("logs")
    group = f"/aws/lambda/{name}"
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert len(streams) == 1
    stream = streams[0]["logStreamName"]
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream)
    events = logs.get_log_events(logGroupName=group, logStreamName=stream)["events"]
    assert [each["message"] for each in events].count(f"hello {stream}") == 2
    assert sum(each["message"].startswith("REPORT") for each in events) == 2


def test_the_log_is_in_a_file_for_people_with_its_tracebacks_in_lines(
    aws: Lambda, name: str
) -> None:
    aws.deploy(CHATTY, name=name)
    aws.call(name)
    text = aws.functions.logs.file_of(name).read_bytes().decode()
    assert "[ERROR] ValueError: first\nsecond\nTraceback (most recent call last):\n" in text
    assert "\r" not in text


def test_a_line_stays_one_line_whatever_is_in_it(aws: Lambda, name: str) -> None:
    aws.deploy("def handler(event, context): print('one\\u2028line\\x85still')", name=name)
    aws.call(name)
    events = aws.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    assert "one\u2028line\x85still" in [each["message"] for each in events]
    log = aws.functions.logs.file_of(name).read_text()
    assert "one\u2028line\x85still" in log.split("\n")


def test_another_log_group_is_used_if_the_function_names_one(aws: Lambda, name: str) -> None:
    group = f"/{name}/its-own"
    aws.deploy(
        "def handler(event, context): print('hello')", name=name, LoggingConfig={"LogGroup": group}
    )
    aws.call(name)
    groups = aws.client("logs").describe_log_groups()["logGroups"]
    assert [each["logGroupName"] for each in groups if name in each["logGroupName"]] == [group]


def test_a_functions_log_group_can_be_changed(aws: Lambda, name: str) -> None:
    aws.deploy("def handler(event, context): return context.log_group_name", name=name)
    aws.client().update_function_configuration(
        FunctionName=name, LoggingConfig={"LogGroup": f"/{name}/other"}
    )
    assert aws.call(name)["answer"] == f"/{name}/other"


def test_a_function_logs_json_if_it_is_configured_so(aws: Lambda, name: str) -> None:
    source = "import logging\ndef handler(event, context): logging.getLogger().info('hello')"
    logging = {"LogFormat": "JSON", "ApplicationLogLevel": "INFO"}
    aws.deploy(source, name=name, LoggingConfig=logging)
    log = aws.call(name, LogType="Tail")["log"]
    messages = [json.loads(line)["message"] for line in log.splitlines() if line[0] == "{"]
    assert messages == ["hello"]


def test_a_log_that_cannot_be_delivered_is_told_in_the_file(aws: Lambda, name: str) -> None:
    arn = aws.deploy("def handler(event, context): print('hello')", name=name)
    aws.functions.logs._endpoint_url = "http://127.0.0.1:9"
    assert aws.functions.invoke(arn, {}).error is None
    assert f"(this is not in log group /aws/lambda/{name}: Could not connect" in (
        aws.functions.logs.file_of(name).read_text()
    )
