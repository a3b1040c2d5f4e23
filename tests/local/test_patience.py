"""A limit goes by how slow the machine is, and a failure says so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local import patience
from local.patience import GaveUpError, Patience, wait_until

ROOT = Path(__file__).resolve().parents[2]


class Machine:
    """How slow the machine is, and what time it is."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slowness = 1.0


@pytest.fixture
def machine(monkeypatch):
    machine = Machine()
    monkeypatch.setattr(patience, "slowness", lambda: machine.slowness)
    monkeypatch.setattr("time.monotonic", lambda: machine.now)
    return machine


def test_on_an_idle_machine_a_limit_is_what_it_says(machine):
    limit = Patience(10)
    machine.now += 9
    assert not limit.over()
    assert limit.left() == 1
    machine.now += 2
    assert limit.over()
    assert limit.left() == 0
    assert limit.account() == "11.0 seconds"


@pytest.mark.parametrize("begun", [1.0, 10.0])
def test_on_a_machine_that_is_or_becomes_slow_it_is_so_many_times_longer(machine, begun):
    machine.slowness = begun
    limit = Patience(10)
    machine.now += 50
    machine.slowness = 10.0
    assert not limit.over()
    machine.slowness = 1.0  # by the time that it is asked again
    machine.now += 49
    assert not limit.over()
    machine.now += 2
    assert limit.over()
    assert limit.account() == (
        "101.0 seconds, while this machine was 10 times slower than an idle one"
    )


def test_who_gives_up_says_what_was_waited_for_and_that_the_machine_was_slow(monkeypatch):
    monkeypatch.setattr(patience, "slowness", lambda: 7.0)
    with pytest.raises(GaveUpError, match=r"gave up waiting for Godot: .*7 times slower.*again"):
        wait_until(lambda: False, seconds=0.01, what="Godot")


@pytest.mark.parametrize(
    ("work", "queue", "processors", "expected"),
    [
        (0.5, 1, 2, 1),
        (1.5, 3, 2, 1),  # every limit has room for that
        (0.5, 40, 2, 20),  # others want to run
        (8.0, 0, 2, 8),  # a slow processor, or a container's share of one
        (8.0, 40, 2, 20),
    ],
)
def test_the_worse_of_a_slow_processor_and_a_long_queue_counts(
    monkeypatch, work, queue, processors, expected
):
    monkeypatch.setattr(patience, "_measured", (float("-inf"), 1.0))
    monkeypatch.setattr(patience, "_work", lambda: work)
    monkeypatch.setattr(patience, "_queue", lambda: queue)
    monkeypatch.setattr(patience, "_processors", lambda: processors)
    assert patience.slowness() == expected


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the queue is told with delay")
def test_work_beside_many_others_is_seen():
    processors = patience._processors()
    busy = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(["/usr/bin/env", "nice", *busy]) for _ in range(4 * processors)]
    try:
        wait_until(lambda: patience._queue() >= 4 * processors)
        patience._measured = (float("-inf"), 1.0)
        assert patience.slowness() >= 4
    finally:
        for other in others:
            other.kill()
            other.wait()


@pytest.mark.parametrize("times", [1, 12])
def test_a_run_with_failures_ends_by_saying_that_the_machine_was_slow(tmp_path, times):
    (tmp_path / "conftest.py").write_text(
        f"import local.patience\nlocal.patience.slowness = lambda: {times}\n"
        "from tests.conftest import pytest_runtest_makereport, pytest_terminal_summary\n"
    )
    (tmp_path / "test_it.py").write_text(
        "def test_fails():\n    assert False\n\ndef test_passes():\n    pass\n"
    )
    command = [sys.executable, "-m", "pytest", "-n", "1", "-c", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, "--rootdir", str(ROOT), str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    told = "gave up on 1 of 1 failures while this machine was up to 12 times slower"
    assert (told in done.stdout) == (times == 12)
    assert ("12 times slower than an idle one when this failed" in done.stdout) == (times == 12)
