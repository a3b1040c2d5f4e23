"""The bench of reads, as a person runs it, and what does not depend on the machine."""

import re
import subprocess
import sys
from pathlib import Path

from benchmarks.reads.cached import readers
from credential_rotation.bundle import Bundle
from rotated_secret import Credential

ROOT = Path(__file__).resolve().parents[2]


def test_every_library_is_measured_and_ours_calls_secrets_manager_once_for_64_threads() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.reads", "--rounds", "1", "--reads", "80"],
        cwd=ROOT,
        env={"PYTHONPATH": "lambdas", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [calls] = re.findall(r"calls to Secrets Manager +\| +(\d+) \| +(\d+) \| +(\d+)", done.stdout)
    assert calls[0] == "1"
    assert int(calls[1]) == 64
    for row in ("ns, 1 thread", "ns, 8 threads", "ms, imports", "ms, login and query"):
        assert re.search(rf"\| {row} +\| +[\d,]+ \| +[\d,]+ \|", done.stdout), row


def test_all_read_the_same_secret() -> None:
    ours, *others = (read() for read in readers().values())
    assert isinstance(ours, Credential)
    assert ours.password == "a-Password-of-nobody"
    assert all("a-Password-of-nobody" in str(other) for other in others)


def test_the_zip_of_the_consumer_is_under_two_megabytes() -> None:
    assert Bundle("consumer").build().stat().st_size < 2_000_000
