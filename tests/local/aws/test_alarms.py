"""Alarms ring for what functions log, and say what they cannot judge."""

import json
import time

import pytest

DIMENSIONS = {"service": "rotation", "strategy": "single"}
STEPS = ("createSecret", "setSecret")


def stat(name, step, period=300):
    dimensions = [
        {"Name": key, "Value": value} for key, value in {**DIMENSIONS, "step": step}.items()
    ]
    return {
        "Metric": {"Namespace": name, "MetricName": "Failure", "Dimensions": dimensions},
        "Period": period,
        "Stat": "Sum",
    }


@pytest.fixture
def ring(aws, name):
    """Makes an alarm; returns what waits for its state."""

    def make(expression="SUM(METRICS())", **more):
        client = aws.client("cloudwatch")
        queries = [
            {"Id": f"m{number}", "MetricStat": stat(name, step), "ReturnData": False}
            for number, step in enumerate(STEPS)
        ]
        client.put_metric_alarm(
            AlarmName=name,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            EvaluationPeriods=1,
            Threshold=1,
            Metrics=[{"Id": "sum", "Expression": expression, "ReturnData": True}, *queries],
            **more,
        )
        return lambda *wanted, seconds=60: state(client, name, wanted, seconds)

    yield make
    aws.client("cloudwatch").delete_alarms(AlarmNames=[name])


def state(client, name, wanted, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        [alarm] = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        if alarm["StateValue"] in wanted:
            break
        time.sleep(0.1)
    return alarm["StateValue"]


def log(aws, name, *lines):
    client = aws.client("logs")
    client.create_log_group(logGroupName=name)
    client.create_log_stream(logGroupName=name, logStreamName="one")
    now = int(time.time() * 1000)
    client.put_log_events(
        logGroupName=name,
        logStreamName="one",
        logEvents=[{"timestamp": now, "message": line} for line in lines],
    )


def embedded(name, metric, step):
    """An entry as the functions write it."""
    names = [*DIMENSIONS, "step"]
    metrics = {"Namespace": name, "Dimensions": [names], "Metrics": [{"Name": metric}]}
    about = {"_aws": {"Timestamp": 0, "CloudWatchMetrics": [metrics]}}
    return json.dumps({**about, **DIMENSIONS, "step": step, metric: [1.0]})


@pytest.mark.parametrize(
    ("treatment", "expected"),
    [("breaching", "ALARM"), ("notBreaching", "OK"), ("missing", "INSUFFICIENT_DATA")],
)
def test_missing_data_is_treated_as_the_alarm_says(ring, treatment, expected):
    assert ring(TreatMissingData=treatment)(expected) == expected


def test_a_failure_that_a_function_logs_lets_the_alarm_ring(aws, name, ring):
    wait_for = ring(TreatMissingData="missing")
    assert wait_for("INSUFFICIENT_DATA")
    log(aws, name, "no JSON", '{"_aws": 1', embedded(name, "Failure", "setSecret"))
    assert wait_for("ALARM") == "ALARM"


def test_a_success_lets_it_rest(aws, name, ring):
    wait_for = ring(TreatMissingData="missing")
    log(aws, name, embedded(name, "Success", "setSecret"), embedded(name, "Failure", "elsewhere"))
    assert wait_for("ALARM", "OK", seconds=2) == "INSUFFICIENT_DATA"


def test_a_new_alarm_has_no_data_and_tells_nobody_of_it(aws, name, ring):
    topic = aws.client("sns").create_topic(Name=name)["TopicArn"]
    wait_for = ring(TreatMissingData="missing", InsufficientDataActions=[topic])
    assert wait_for("OK", "ALARM", seconds=2) == "INSUFFICIENT_DATA"
    told = aws.client("cloudwatch").describe_alarm_history(AlarmName=name)["AlarmHistoryItems"]
    assert told == []
    aws.client("sns").delete_topic(TopicArn=topic)


def test_an_expression_that_is_not_known_is_no_quiet_alarm(aws, name, ring):
    wait_for = ring("ANOMALY_DETECTION_BAND(m0)", TreatMissingData="notBreaching")
    assert wait_for("OK", "ALARM", seconds=2) == "INSUFFICIENT_DATA"
    [alarm] = aws.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert "can't evaluate ANOMALY_DETECTION_BAND(m0)" in alarm["StateReason"]


def test_the_history_says_what_became_of_the_message(aws, name, ring):
    topic = aws.client("sns").create_topic(Name=name)["TopicArn"]
    assert ring(TreatMissingData="breaching", AlarmActions=[topic])("ALARM") == "ALARM"
    items = aws.client("cloudwatch").describe_alarm_history(
        AlarmName=name, HistoryItemType="Action"
    )["AlarmHistoryItems"]
    assert [each["HistorySummary"] for each in items] == [f"Successfully executed action {topic}"]
    aws.client("sns").delete_topic(TopicArn=topic)
