"""Rules with a schedule run functions that let them, at the clock's time."""

import time

import pytest

from local.patience import wait_until

SOURCE = """
def handler(event, context):
    print("ran at", event["time"], event["source"], event["resources"][0])
"""


@pytest.fixture
def rule(aws, name, function):
    """A rule that runs a function every six hours, and the function."""
    events, functions = aws.client("events"), aws.client("lambda")
    arn = function(SOURCE)
    rule_arn = events.put_rule(Name=name, ScheduleExpression="rate(6 hours)")["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "it", "Arn": arn}])
    yield rule_arn, arn, functions
    events.remove_targets(Rule=name, Ids=["it"])
    events.delete_rule(Name=name)


@pytest.fixture
def fast(aws):
    aws.server.run_clock_at(12 * 3600)
    yield
    aws.server.run_clock_at(1)


def allow(functions, arn, rule_arn):
    functions.add_permission(
        FunctionName=arn,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule_arn,
    )


def log(aws, arn):
    file = aws.logs / f"{arn.rpartition(':')[2]}.log"
    lines = file.read_text().splitlines() if file.exists() else []
    return [line for line in lines if line.startswith("ran at")]


def test_a_rule_runs_its_function_again_and_again_at_the_clocks_time(aws, rule, fast):
    rule_arn, arn, functions = rule
    allow(functions, arn, rule_arn)
    wait_until(lambda: len(log(aws, arn)) >= 2)
    first, second = (line.split()[2] for line in log(aws, arn)[:2])
    assert second > first
    assert log(aws, arn)[0].split()[3:] == ["aws.events", rule_arn]


def test_a_function_that_lets_no_rule_in_is_not_run(aws, rule, fast, name, function):
    rule_arn, arn, functions = rule
    other = function(SOURCE)
    allow(functions, other, rule_arn)
    aws.client("events").put_targets(Rule=name, Targets=[{"Id": "other", "Arn": other}])
    try:
        wait_until(lambda: log(aws, other))
    finally:
        aws.client("events").remove_targets(Rule=name, Ids=["other"])
    assert not log(aws, arn)


def test_a_disabled_rule_does_not_run(aws, rule, fast, name):
    rule_arn, arn, functions = rule
    allow(functions, arn, rule_arn)
    aws.client("events").disable_rule(Name=name)
    time.sleep(1.5)
    assert not log(aws, arn)
