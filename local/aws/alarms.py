"""Metrics that functions log, and the alarms that watch them; moto's alarms watch nothing.

CloudWatch takes a metric out of each log entry in the embedded metric format:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
An alarm compares what came within its periods:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html

Time is real here, whatever the schedules' clock says. Known are the sum and the largest value, and
the expression SUM(METRICS()); an alarm on anything else says so and has insufficient data. What
Lambda itself counts, such as Errors, does not exist here: those metrics are missing data.
"""

import json
import operator
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from moto.cloudwatch.models import (
    Alarm,
    CloudWatchBackend,
    Dimension,
    MetricDatum,
    cloudwatch_backends,
)
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from moto.logs.models import LogsBackend
from moto.sns.models import sns_backends

from local.moto_patch import add, replace

INTERVAL = 0.5
"""Real seconds between two looks; CloudWatch looks once a minute."""

_STATISTICS: Mapping[str, Callable[[list[float]], float]] = {"Sum": sum, "Maximum": max}
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}
_MISSING = {"breaching": "ALARM", "notBreaching": "OK"}
_TOTAL = "SUM(METRICS())"


def install() -> None:
    """Take metrics out of what is logged, and tell what an alarm has done; moto does neither."""
    _tell_histories()
    _begin_without_data()
    put = LogsBackend.put_log_events

    def put_log_events(
        self: LogsBackend,
        log_group_name: str,
        log_stream_name: str,
        log_events: list[dict[str, Any]],
    ) -> tuple[str, dict[str, Any]]:
        answer = put(self, log_group_name, log_stream_name, log_events)
        backend = cloudwatch_backends[self.account_id][self.region_name]
        for event in log_events:
            for namespace, data in _embedded(event["message"]):
                backend.put_metric_data(namespace, data)
        return answer

    replace(LogsBackend, "put_log_events", put_log_events)


def _tell_histories() -> None:
    def describe_alarm_history(self: CloudWatchResponse) -> ActionResult:
        wanted = self._get_param("HistoryItemType")
        name = self._get_param("AlarmName")
        alarm = self.cloudwatch_backend.alarms.get(name)
        items = [
            {
                "AlarmName": name,
                "HistoryItemType": kind,
                "HistorySummary": summary,
                "HistoryData": data,
                "Timestamp": when,
            }
            for kind, summary, data, _, when in reversed(alarm.history if alarm else [])
            if wanted in {None, kind}
        ]
        return ActionResult({"AlarmHistoryItems": items})

    add(CloudWatchResponse, "describe_alarm_history", describe_alarm_history)


def _begin_without_data() -> None:
    """Let a new alarm have insufficient data, and a changed one its state; moto says OK of both.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    put = CloudWatchBackend.put_metric_alarm

    def put_metric_alarm(
        self: CloudWatchBackend,
        **arguments: Any,  # noqa: ANN401 - moto's, passed on
    ) -> Alarm:
        before = self.alarms.get(arguments["name"])
        alarm = put(self, **arguments)
        alarm.state_value = before.state_value if before else "INSUFFICIENT_DATA"
        alarm.history = before.history if before else []
        return alarm

    replace(CloudWatchBackend, "put_metric_alarm", put_metric_alarm)


def _embedded(message: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Read the metrics of a log entry, by namespace; most entries have none."""
    if '"_aws"' not in message:
        return
    try:
        entry = json.loads(message)
    except ValueError:
        return
    for directive in entry["_aws"]["CloudWatchMetrics"]:
        each = product(directive["Dimensions"], directive["Metrics"], (datetime.now(UTC),))
        yield directive["Namespace"], [_datum(entry, *which) for which in each]


def _datum(
    entry: Mapping[str, Any], names: list[str], metric: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    value = entry[metric["Name"]]
    return {
        "MetricName": metric["Name"],
        "Dimensions": [{"Name": name, "Value": str(entry[name])} for name in names],
        "Timestamp": now,
        "Values": value if isinstance(value, list) else [value],
    }


class Alarms:
    """Brings each alarm to the state that its metrics tell."""

    def __init__(self) -> None:
        self._next = 0.0

    def look(self) -> None:
        """Look at every alarm, if `INTERVAL` has passed since the last time."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + INTERVAL
        for _, _, backend in list(cloudwatch_backends.iter_backends()):
            if not isinstance(backend, CloudWatchBackend):
                continue
            for alarm in list(backend.alarms.values()):
                if not alarm.rule:
                    _evaluate(backend, alarm)


def _evaluate(backend: CloudWatchBackend, alarm: Alarm) -> None:
    try:
        value = _value(backend, alarm)
    except NotImplementedError as error:
        return _bring(alarm, "INSUFFICIENT_DATA", str(error))
    if value is None:
        treatment = alarm.treat_missing_data or "missing"
        if treatment == "ignore":
            return None
        return _bring(alarm, _MISSING.get(treatment, "INSUFFICIENT_DATA"), "no datapoints")
    breached = _COMPARISONS[alarm.comparison_operator](value, float(alarm.threshold))
    return _bring(alarm, "ALARM" if breached else "OK", f"1 datapoint [{value}]")


def _bring(alarm: Alarm, state: str, reason: str) -> None:
    if alarm.state_value == state:
        alarm.state_reason = reason
        return
    change = f"Alarm updated from {alarm.state_value} to {state}"
    alarm.update_state(reason, "{}", state)
    alarm.history[-1] = ("StateUpdate", change, "{}", state, datetime.now(UTC))
    actions = {
        "ALARM": alarm.alarm_actions,
        "OK": alarm.ok_actions,
        "INSUFFICIENT_DATA": alarm.insufficient_data_actions,
    }
    for arn in actions[state] if alarm.actions_enabled else []:
        alarm.history.append(("Action", _act(alarm, arn), "{}", state, datetime.now(UTC)))


def _act(alarm: Alarm, arn: str) -> str:
    """Publish to a topic, and say how that went, as the alarm's history does."""
    _, _, _, region, account, *_ = arn.split(":")
    try:
        topic = sns_backends[account][region].get_topic(arn)
        topic.publish(f"{alarm.name}: {alarm.state_value}: {alarm.state_reason}")
    except Exception as error:  # noqa: BLE001 - whatever it is, the message is lost, as on AWS
        return f"Failed to execute action {arn}. Received error: {error}"
    return f"Successfully executed action {arn}"


@dataclass(frozen=True)
class _Series:
    """What an alarm or one of its queries asks for."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]
    statistic: str
    seconds: int

    def value(self, backend: CloudWatchBackend) -> float | None:
        """The statistic over the time that counts; None if nothing came."""
        since = datetime.now(UTC) - timedelta(seconds=self.seconds)
        values = [
            float(each.value)
            for each in list(backend.metric_data)
            if isinstance(each, MetricDatum)
            and (each.namespace, each.name) == (self.namespace, self.name)
            and {(one.name, one.value) for one in each.dimensions} == self.dimensions
            and each.timestamp.replace(tzinfo=UTC) >= since
        ]
        return _STATISTICS[self.statistic](values) if values else None


def _value(backend: CloudWatchBackend, alarm: Alarm) -> float | None:
    """What the alarm compares; None if nothing came within its periods."""
    known = [each.value(backend) for each in _series(alarm)]
    values = [each for each in known if each is not None]
    return sum(values) if values else None


def _series(alarm: Alarm) -> list[_Series]:
    """What the alarm adds up."""
    periods = int(alarm.evaluation_periods)
    if not alarm.metric_data_queries:
        where = _dimensions(alarm.dimensions)
        seconds = int(alarm.period) * periods
        found = [_Series(alarm.namespace, alarm.metric_name, where, alarm.statistic, seconds)]
    else:
        [shown] = [each for each in alarm.metric_data_queries if _is_true(each.return_data)]
        if not shown.metric_stat and shown.expression != _TOTAL:
            raise NotImplementedError(f"the local AWS can't evaluate {shown.expression}")
        queries = [shown] if shown.metric_stat else alarm.metric_data_queries
        found = [
            _Series(
                each.metric.namespace,
                each.metric.metric_name,
                _dimensions(each.metric.dimensions),
                each.stat,
                int(each.period) * periods,
            )
            for each in (query.metric_stat for query in queries)
            if each
        ]
    for each in found:
        if each.statistic not in _STATISTICS:
            raise NotImplementedError(f"the local AWS can't evaluate {each.statistic}")
    return found


def _dimensions(dimensions: list[Dimension]) -> frozenset[tuple[str, str]]:
    return frozenset((str(each.name), str(each.value)) for each in dimensions)


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"
