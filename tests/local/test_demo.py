"""`make local` as a person meets it, from the outside."""

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from local.aws.journal import Journal
from local.demo.consumers import Tally
from local.demo.report import shortcoming
from local.demo.rotation_follower import FinishedRotation, RotationFailedError, RotationFollower
from local.patience import Patience, patient
from local.toolchain import ROOT, ToolMissingError, find

pytestmark = pytest.mark.xdist_group("demo")

TRIED = (
    r"ann +become operator without MFA +refused",
    r"ann +become operator with MFA +until \d\d:\d\d",
    r"operator +rotate the secret +allowed",
    r"operator +read the secret +refused",
    r"bob +become contractor with a wrong ExternalId +refused",
    r"bob +become contractor with ours +until \d\d:\d\d",
    r"contractor +see the rotation +allowed",
    r"contractor +read the secret +refused",
    r"partner +call while its key rotates +\d+ calls, 0 failed",
    r"client +call an API while its token rotates +\d+ calls, 0 failed",
    r"gateway +shake hands while the certificate rotates +\d+ calls, 0 failed",
    r"billing +log in while its password rotates +\d+ calls, 0 failed",
    r"outside +log in from another subnet +refused by the network",
    r"audit +log in with another role +refused by the policy",
    r"consumer +read orders/production/main/admin +refused",
    r"consumer +read orders/production/access-key +refused",
    r"consumer +read orders/production/token/partner +refused",
    r"consumer +read orders/production/certificates/web +refused",
)
HAND = FinishedRotation("app", "hand", "v1", 1, {})
SCHEDULED = FinishedRotation("app", "schedule", "v2", 1, {})


def start(*arguments):
    # What a shell starts in the background ignores Ctrl-C, and so does all that it starts.
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "local", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)


def processes_of(run):
    """The processes whose command line or environment names the run's folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if str(run).encode() in told and process.name != str(os.getpid()):
            found.append(told)
    return found


def run_of(demonstration, seconds=30):
    """The folder of a demonstration's run, as the CDK CLI that it has started is told it."""
    patience = Patience(seconds)
    while not patience.over():
        for child in Path(f"/proc/{demonstration.pid}/task").glob("*/children"):
            for process in child.read_text().split():
                if found := re.search(rb"CDK_HOME=([^\0]+)", environment_of(process)):
                    return Path(found[1].decode()).parent
        time.sleep(0.05)
    raise AssertionError("the demonstration has not started the CDK CLI")


def environment_of(process):
    try:
        return Path(f"/proc/{process}/environ").read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_demonstration_ends_well_and_leaves_nothing():
    process = start()
    run = run_of(process)
    output, _ = process.communicate(timeout=patient(300))
    assert process.returncode == 0, output
    last = output.strip().splitlines()[-1]
    assert re.fullmatch(r"local: ok: ([6-9]|[1-9]\d+) rotations, \d+ logins, 0 failed", last)
    assert "schedule" in output
    rows = re.findall(r"^ *main/app +(?:hand|schedule) +(\S+)", output, re.MULTILINE)
    assert rows[-1] in {"app", "app_clone"}, "the last password logs in as well"
    for told in TRIED:
        assert re.search(told, output), output
    assert not run.exists()
    assert processes_of(run) == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_ctrl_c_in_the_middle_of_a_deployment_leaves_nothing():
    process = start()
    run = run_of(process)
    for line in process.stdout:
        if "cdk synth" in line:
            break
    time.sleep(1)  # cdk deploy is under way
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=patient(60))
    assert process.returncode == 130, output
    assert "interrupted" in output
    assert not run.exists()
    assert processes_of(run) == []


def test_a_wrong_setting_ends_the_demonstration_with_the_settings_name():
    process = start("-c", "rotation.strategy=triple")
    output, _ = process.communicate(timeout=patient(120))
    assert process.returncode == 1
    assert "local: failed" in output
    assert "rotation.strategy" in output
    assert "MySQL, MariaDB: dual, alternating, single" in output


def tally(*failures, logins=1):
    return Tally(Counter({("v2", "app"): logins}), list(failures))


@pytest.mark.parametrize(
    ("rotations", "met", "told"),
    [
        ([HAND, HAND, SCHEDULED], tally("refused"), "refused"),
        ([HAND, HAND, SCHEDULED], tally(logins=0), "no consumer has logged in"),
        ([HAND, SCHEDULED], tally(), "only 2 of 3 rotations"),
        ([HAND, HAND, HAND], tally(), "no rotation was fired by the schedule"),
    ],
)
def test_whatever_is_missing_is_told(rotations, met, told):
    assert told in str(shortcoming(rotations, met))


def test_three_rotations_one_of_them_scheduled_and_no_failure_is_a_success():
    assert shortcoming([HAND, HAND, SCHEDULED], tally()) is None


def watch(aws: Any):
    return RotationFollower(aws, "app")


class Aws:
    """As much of a local AWS as waiting for a rotation takes."""

    def __init__(self, journal):
        self.rotations, self.server, self.logs = journal, self, "logs"

    def client(self, _):
        return self

    def check(self):
        """The server lives."""


def test_a_rotation_that_never_ends_is_told_with_its_last_error(tmp_path, monkeypatch):
    monkeypatch.setattr("local.demo.rotation_follower.SECONDS_FOR_A_ROTATION", 0.1)
    journal = Journal(tmp_path / "rotations.jsonl")
    journal.append(secret="app", invoked_by="hand", error="setSecret: refused", version="v")
    with pytest.raises(RotationFailedError, match="setSecret: refused"):
        watch(Aws(journal)).wait_for(1)


def test_a_missing_tool_is_told_with_how_to_bring_it(tmp_path):
    with pytest.raises(ToolMissingError, match="make setup"):
        find(tmp_path)
