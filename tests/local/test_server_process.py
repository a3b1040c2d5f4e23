"""The server's process, and what is told when it ends."""

import os
import signal
import subprocess
import sys
import time

import pytest

from local import toolchain
from local.aws.configuration import ACCOUNT
from local.local_aws import LocalAws
from local.patience import Patience
from local.server_process import ServerDiedError


@pytest.fixture
def running():
    with LocalAws(toolchain.find()) as aws:
        yield aws


def check_until_it_is_dead(server, seconds=10):
    patience = Patience(seconds)
    while not patience.over():
        server.check()
        time.sleep(0.02)


def test_a_server_that_died_is_told_with_its_status(running):
    os.kill(running.server.pid, signal.SIGKILL)
    with pytest.raises(ServerDiedError, match=r"the local AWS died.*status -9"):
        check_until_it_is_dead(running.server)


def test_a_server_that_can_not_start_tells_why(tmp_path):
    broken = toolchain.Toolchain(
        python=tmp_path, runtime=tmp_path / "none", node=tmp_path, node_modules=tmp_path
    )
    with pytest.raises(ServerDiedError, match=r"did not start: .*status 1: .*Error"):
        LocalAws(broken).__enter__()


def test_two_at_once_do_not_disturb_each_other(running):
    with LocalAws(toolchain.find()) as other:
        running.client("secretsmanager").create_secret(Name="of-one", SecretString="x")
        assert other.client("secretsmanager").list_secrets()["SecretList"] == []
        assert other.directory != running.directory
        assert other.postgres.port != running.postgres.port


def test_nothing_is_left_of_one_that_has_ended():
    with LocalAws(toolchain.find()) as aws:
        directory, pid = aws.directory, aws.server.pid
    assert not directory.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_exports_point_boto3_here(running):
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    environment = {"PATH": os.environ["PATH"], "HOME": str(running.directory), **running.exports}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ACCOUNT
