"""Commands of the CDK CLI end when they have to."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local.cdk import Cdk, CdkError
from local.patience import patient

# It tells that it runs by a file, then a child of its own that writes one for as long as it lives.
FOREVER = """
import pathlib, subprocess, sys, time
child = "import pathlib, time\\nwhile True: pathlib.Path('alive').touch(); time.sleep(0.05)"
subprocess.run([sys.executable, "-c", child])
"""


@pytest.fixture
def cdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cdk:
    monkeypatch.setattr("local.cdk.ROOT", tmp_path)
    return Cdk(
        command=[sys.executable, "-c", FOREVER],
        environment={},
        output=tmp_path / "out",
        logs=tmp_path,
    )


def test_a_command_in_another_thread_is_ended_with_all_that_it_has_started(
    cdk: Cdk, tmp_path: Path
) -> None:
    alive = tmp_path / "alive"
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(cdk.bootstrap, "1", "eu-west-1")
        while not alive.exists():
            time.sleep(0.02)
        cdk.stop()
        with pytest.raises(CdkError, match="bootstrap"):
            running.result(timeout=patient(30))
    alive.unlink()
    time.sleep(0.3)
    assert not alive.exists()


def test_nothing_is_stopped_where_nothing_runs(cdk: Cdk) -> None:
    cdk.stop()
