"""A kind of credential that the product does not know, deployed, shown, rotated and watched."""

import io
import json
import time

import pytest
from rich.console import Console

from local import toolchain
from local.demo import report
from local.demo.parts import PARTS
from local.demo.rotation_follower import RotationFollower
from local.demo.scenario import Scenario
from local.local_aws import LocalAws
from local.patience import wait_until
from tests.toy.gate import Gate
from tests.toy.part import ToyGuest

pytestmark = pytest.mark.xdist_group("toy")

SECRET = "orders/production/toy/one"
SETTINGS = {"access.enabled": "false", "access_key.enabled": "false"}
SOON = 5
"""Seconds until the next rotation by the schedule."""


@pytest.fixture(scope="module")
def gate():
    with Gate() as gate:
        yield gate


@pytest.fixture(scope="module")
def aws(gate):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATE", gate.address)
        with LocalAws(toolchain.find()) as running:
            yield running


@pytest.fixture(scope="module")
def told(aws, gate):
    """What the demonstration comes to, and what it tells, with the toy."""
    text = io.StringIO()
    console = Console(file=text, width=200)
    app = ["--app", "python -m tests.toy.app"]
    settings = [word for each in SETTINGS.items() for word in ("-c", "=".join(each))]
    others = PARTS[:]
    PARTS[:] = [ToyGuest(gate.address)]  # the others need more deployments, and are shown elsewhere
    try:
        result = Scenario(aws, console).play([*app, *settings], speed=None)
    finally:
        PARTS[:] = others
    console.print(report.rotation_table(result))
    report.tell_others(console, result)
    console.print(report.attempt_table(result.attempts))
    return result, text.getvalue()


@pytest.fixture
def token(aws, told):
    """Reads the token that is AWSCURRENT."""

    def read():
        answer = aws.client("secretsmanager").get_secret_value(SecretId=SECRET)
        return json.loads(answer["SecretString"])["token"]

    return read


@pytest.fixture
def watch(aws, told):
    return RotationFollower(aws, SECRET)


@pytest.fixture
def ringing(aws, told):
    """Waits until an alarm of the toy's is in a state."""

    def wait(alarm, state):
        client, name = aws.client("cloudwatch"), f"orders-production-toy-{alarm}"

        def found():
            return client.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]

        wait_until(lambda: found() == state, what=f"{name} in {state}")

    return wait


def test_the_demonstration_rotates_it_by_hand_and_by_schedule_and_tells_so(told):
    result, text = told
    [by_hand] = [
        each for each in result.rotations if each.secret == SECRET and each.invoked_by == "hand"
    ]
    assert by_hand.version[:8] in text
    assert f"The schedule has rotated {SECRET} as well" in text


def test_its_part_of_the_demonstration_is_shown(told):
    result, _ = told
    [guest] = [each for each in result.attempts if each.who == "guest"]
    assert guest.outcome.endswith("calls, 0 failed")


def test_a_rotation_changes_what_its_target_accepts(gate, watch, token):
    before = token()
    watch.rotate()
    assert token() != before
    assert gate.takes(token())
    assert gate.takes(before), "who has not read the secret again yet is not refused"


def test_the_schedule_rotates_it(aws, watch, token):
    before, done = token(), len(watch.done())
    due = aws.client("secretsmanager").describe_secret(SecretId=SECRET)["NextRotationDate"]
    aws.server.run_clock_at(max(1.0, (due.timestamp() - time.time()) / SOON))
    try:
        watch.wait_for(done + 1)
    finally:
        aws.server.run_clock_at(1)
    assert watch.done()[-1].invoked_by == "schedule"
    assert token() != before


def test_its_alarm_rings_when_its_function_fails_and_its_credential_goes_on(
    gate, aws, watch, token, ringing
):
    watch.rotate()  # after which none of the schedule's is under way
    ringing("rotation-failed", "OK")
    before = token()
    gate.closed = True
    try:
        version = watch.start(aws.client("secretsmanager"))
        ringing("rotation-failed", "ALARM")
    finally:
        gate.closed = False
    assert gate.takes(before)
    watch.wait_for_version(version)  # Secrets Manager tries again
    assert token() != before


def test_the_watch_counts_it(aws, ringing, told):
    secrets, functions = aws.client("secretsmanager"), aws.client("lambda")

    def look():
        assert "FunctionError" not in functions.invoke(FunctionName="orders-production-watch")

    look()
    ringing("overdue", "OK")
    secrets.cancel_rotate_secret(SecretId=SECRET)
    try:
        look()
        ringing("overdue", "ALARM")
    finally:
        secrets.rotate_secret(SecretId=SECRET)
