"""The whole proof against the local AWS: it shows that every step runs, and nothing about AWS."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from local.aws.configuration import ACCOUNT
from local.toolchain import ROOT
from tests.local.bootstrapped import bootstrapped_aws
from tools.prove_on_aws.assumptions import ASSUMPTIONS
from tools.prove_on_aws.steps import STEPS

pytestmark = pytest.mark.xdist_group("prove-on-aws")

SAID = ("--yes", "--account", ACCOUNT)
HEARD = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("tools.prove_on_aws", run_name="__main__", alter_sys=True)
"""
"""A shell lets what it runs in the background ignore interruptions, and the tests with it."""

LIKE_A_PASSWORD = re.compile(r"\b[A-Za-z0-9]{40}\b|SCRAM-SHA-256\$")
"""All passwords of the proof have 40 letters and digits."""


@pytest.fixture(scope="module")
def aws():
    with bootstrapped_aws() as running:
        yield running


@pytest.fixture(scope="module")
def administrator(aws):
    """Keys of a user who may do everything, so that denials are judged as for a person."""
    iam = aws.client("iam")
    iam.create_user(UserName="ann")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.put_user_policy(
        UserName="ann",
        PolicyName="everything",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
    )
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


@pytest.fixture
def prove(aws, administrator, tmp_path):
    """Starts the proof as a person does."""
    without_aws = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}

    def start(*arguments):
        return subprocess.Popen(
            [sys.executable, "-c", HEARD, "--report", str(tmp_path), *arguments],
            cwd=ROOT,
            env={**without_aws, **nowhere, **aws.exports, **administrator},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def stacks(aws):
    pages = aws.client("cloudformation").get_paginator("describe_stacks").paginate()
    return {stack["StackName"] for page in pages for stack in page["Stacks"]} - {"CDKToolkit"}


def test_the_whole_proof_is_carried_out_and_nothing_is_left(aws, prove, tmp_path):
    with prove(*SAID) as process:
        output = process.communicate()[0]
    report = json.loads((tmp_path / "report.json").read_text())
    steps = {each["name"]: each["status"] for each in report["steps"]}
    assert steps == {each.name: "done" for each in STEPS}, output
    verdicts = {each["assumption"]: each["verdict"] for each in report["assumptions"]}
    assert verdicts == {each.id: "held" for each in ASSUMPTIONS}, output
    assert report["failed_logins"] == []
    assert report["logins"] > 0
    assert process.returncode == 0, output
    assert stacks(aws) == set()
    assert not LIKE_A_PASSWORD.search(output + (tmp_path / "report.md").read_text())


def test_a_proof_that_is_stopped_takes_away_what_it_has_made(aws, prove, tmp_path):
    with prove(*SAID) as process:
        while not stacks(aws) and process.poll() is None:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        output = process.communicate()[0]
    report = json.loads((tmp_path / "report.json").read_text())
    steps = {each["name"]: each["status"] for each in report["steps"]}
    assert (steps["deploy"], steps["consume"]) == ("interrupted", "not run"), output
    assert steps["destroy"] == "done", output
    assert process.returncode == 1
    assert stacks(aws) == set()
