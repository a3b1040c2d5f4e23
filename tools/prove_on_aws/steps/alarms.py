"""Alarms: quiet where nothing failed, one that rings, and the watch that one listens to."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tools.prove_on_aws.errors import OverdueError
from tools.prove_on_aws.secret import LOGIN, Secret
from tools.prove_on_aws.step import Proof, Step
from tools.prove_on_aws.steps.consuming import log_in
from tools.prove_on_aws.steps.rotating import rotate

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_lambda.client import LambdaClient

_MINUTES = 20
_TOLD = 5
_TOO_SHORT = {"PASSWORD_LENGTH": "8"}
"""A setting with which the function refuses to make a password, before it changes anything."""


def _quiet(proof: Proof) -> None:
    client: CloudWatchClient = proof.trial.client("cloudwatch")
    pages = client.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=f"{proof.trial.prefix}-"
    )
    names = [each["AlarmName"] for page in pages for each in page["MetricAlarms"]]
    told = {name: states for name in names if (states := _told(client, name))}
    rang = sorted(name for name, states in told.items() if states - {"OK"})
    proof.note(f"of {len(names)} alarms {len(told)} have told anything, {len(rang)} more than OK")
    proof.settle(
        "quiet-alarms",
        held=not rang if names else None,
        evidence=f"of {len(names)} alarms rang: {', '.join(rang) or 'none'}",
    )


def _told(client: "CloudWatchClient", alarm: str) -> set[str]:
    """The states to which an alarm has changed and told somebody so."""
    items = client.describe_alarm_history(AlarmName=alarm, HistoryItemType="Action")
    if not items["AlarmHistoryItems"]:
        return set()
    changes = client.describe_alarm_history(AlarmName=alarm, HistoryItemType="StateUpdate")
    summaries = [each["HistorySummary"] for each in changes["AlarmHistoryItems"]]
    return {summary.rpartition(" to ")[2] for summary in summaries}


def _watch(proof: Proof) -> None:
    client: LambdaClient = proof.trial.client("lambda")
    name = f"{proof.trial.prefix}-watch"
    answer = client.invoke(FunctionName=name, LogType="Tail")
    if answer.get("FunctionError"):
        said = answer["Payload"].read().decode()
        proof.settle("watch-lists", held=False, evidence=f"{name} failed: {said}")
        return
    measured = "DaysSinceRotation" in base64.b64decode(answer["LogResult"]).decode()
    proof.settle(
        "watch-lists",
        held=measured or None,
        evidence=f"{name} {'measured the rotations' if measured else 'listed no secret yet'}",
    )


def _ring(proof: Proof) -> None:
    function = proof.trial.outputs()["MainAppRotationFunctionName"]
    secret = Secret(proof.trial, LOGIN)
    alarm, began = f"{function}-failed", datetime.now(UTC)
    try:
        with _broken(proof, function):
            proof.wait(
                "The start of the rotation that has to fail",
                lambda: (secret.start_rotation(), "another rotation is under way"),
                minutes=_MINUTES,
            )
            _wait_for_alarm(proof, alarm)
            _wait_for_message(proof, alarm, began)
    finally:
        secret.give_up_rotation()
    log_in(proof.trial)
    rotate(proof, LOGIN)


def _wait_for_alarm(proof: Proof, alarm: str) -> None:
    client: CloudWatchClient = proof.trial.client("cloudwatch")

    def look() -> tuple[str | None, str]:
        [found] = client.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
        rings = found["StateValue"] == "ALARM"
        return (found["StateReason"] if rings else None), found["StateValue"]

    try:
        reason = proof.wait(f"The alarm {alarm}", look, minutes=_MINUTES)
    except OverdueError as error:
        proof.settle("failed-step-rings", held=False, evidence=str(error))
        raise
    proof.settle("failed-step-rings", held=True, evidence=reason)


def _wait_for_message(proof: Proof, alarm: str, began: datetime) -> None:
    """What became of the message is in the alarm's history alone."""
    client: CloudWatchClient = proof.trial.client("cloudwatch")

    def look() -> tuple[str | None, str]:
        items = client.describe_alarm_history(
            AlarmName=alarm, HistoryItemType="Action", StartDate=began, EndDate=datetime.now(UTC)
        )["AlarmHistoryItems"]
        return next((each["HistorySummary"] for each in items), None), "no action in its history"

    try:
        summary = proof.wait("The alarm's message", look, minutes=_TOLD)
    except OverdueError as error:
        proof.settle("alarm-publishes", held=None, evidence=str(error))
    else:
        proof.settle("alarm-publishes", held="Successfully" in summary, evidence=summary)


@contextmanager
def _broken(proof: Proof, function: str) -> Iterator[None]:
    """Let the function refuse to rotate for a while, and put it right again."""
    client: LambdaClient = proof.trial.client("lambda")
    configuration = client.get_function_configuration(FunctionName=function)
    before = configuration["Environment"]["Variables"]

    def change(variables: dict[str, str]) -> None:
        client.update_function_configuration(
            FunctionName=function, Environment={"Variables": variables}
        )
        proof.wait(f"The change of {function}", look, minutes=_TOLD)

    def look() -> tuple[str | None, str]:
        status = client.get_function_configuration(FunctionName=function).get(
            "LastUpdateStatus", "Successful"
        )
        return (status if status == "Successful" else None), status

    try:
        change({**before, **_TOO_SHORT})
        proof.note(f"{function} was given the setting {_TOO_SHORT}, which it refuses")
        yield
    finally:
        change(before)


QUIET = Step(
    name="quiet",
    title="looks whether any alarm rings, though nothing failed",
    settles=("quiet-alarms",),
    minutes=(0.1, 1),
    needs=("deploy",),
    run=_quiet,
)
WATCH = Step(
    name="watch",
    title="lets the deployed watch list the secrets and measure their rotations",
    settles=("watch-lists",),
    minutes=(0.1, 1),
    needs=("deploy",),
    run=_watch,
)
RING = Step(
    name="ring",
    title="lets a rotation fail until the alarm rings, puts it right, and rotates",
    settles=("failed-step-rings", "alarm-publishes"),
    minutes=(3, 2 * _MINUTES),
    needs=("deploy",),
    run=_ring,
)
