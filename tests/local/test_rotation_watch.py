"""The deployed watch of overdue rotations, with the deployed policies, and its alarm."""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.demo.rotation_follower import RotationFollower
from local.patience import wait_until

pytestmark = pytest.mark.xdist_group("end-to-end")

PLATFORM = "orders/production"
PATH = f"{PLATFORM}/main"
CLI = Path(__file__).with_name("aws_cli.py")


@pytest.fixture(scope="module")
def aws(deployed_aws, deployed_cdk):
    return deployed_aws


@pytest.fixture
def secrets(aws):
    return aws.client("secretsmanager")


@pytest.fixture
def secret(aws):
    """The secret of the first login, after a rotation."""
    name = f"{PATH}/app"
    RotationFollower(aws, name).rotate()
    return name


@pytest.fixture
def off(secrets, secret):
    """The same, with its rotation turned off."""
    secrets.cancel_rotate_secret(SecretId=secret)
    yield secret
    secrets.rotate_secret(SecretId=secret)


def run(aws):
    """Invokes the watch; returns its metrics by path, and its warnings by secret."""
    answer = aws.client("lambda").invoke(FunctionName="orders-production-watch", LogType="Tail")
    assert "FunctionError" not in answer, answer["Payload"].read()
    text = base64.b64decode(answer["LogResult"]).decode()
    entries = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    metrics = {each["path"]: each for each in entries if "_aws" in each}
    warnings = {each["secret"]: each for each in entries if each.get("level") == "WARNING"}
    return metrics, warnings


def overdue(metrics):
    return {path: each["Overdue"] for path, each in metrics.items()}


def state(aws):
    found = aws.client("cloudwatch").describe_alarms(AlarmNames=["orders-production-main-overdue"])
    return found["MetricAlarms"][0]["StateValue"]


def test_the_watch_finds_the_secrets_of_the_stack_and_the_alarm_is_quiet(aws, secret):
    metrics, warnings = run(aws)
    assert overdue(metrics) == {PATH: [0]}
    assert not warnings
    wait_until(lambda: state(aws) == "OK")


def test_a_secret_of_a_later_stack_is_watched_without_a_change_of_the_watch(aws, secrets, secret):
    name = f"{PLATFORM}/legacy/batch"
    tag = {"Key": "rotation-watch", "Value": f"{PLATFORM}/legacy"}
    secrets.create_secret(Name=name, SecretString="s", Tags=[tag])
    try:
        metrics, _ = run(aws)
    finally:
        secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    assert overdue(metrics) == {PATH: [0], f"{PLATFORM}/legacy": [0]}
    assert metrics.keys() - run(aws)[0].keys() == {f"{PLATFORM}/legacy"}


def test_a_rotation_that_was_turned_off_rings_and_the_remedy_turns_it_on(aws, secrets, off):
    metrics, warnings = run(aws)
    assert overdue(metrics) == {PATH: [1]}
    assert warnings.keys() == {off}
    wait_until(lambda: state(aws) == "ALARM")
    done = len(RotationFollower(aws, off).done())
    follow(aws, warnings[off]["remedy"])
    RotationFollower(aws, off).wait_for(done + 1)
    assert secrets.describe_secret(SecretId=off)["RotationEnabled"]
    metrics, warnings = run(aws)
    assert overdue(metrics) == {PATH: [0]}
    assert not warnings


def follow(aws, remedy):
    """Runs the first command of a remedy, as an administrator."""
    [command, *_] = re.findall(r"aws (secretsmanager [a-z-]+ --secret-id \S+)", remedy)
    subprocess.run(
        [sys.executable, str(CLI), *command.split()],
        env={**os.environ, **aws.exports},
        check=True,
        capture_output=True,
    )
