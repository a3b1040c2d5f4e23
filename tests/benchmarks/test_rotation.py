"""The bench as a person runs it, on the function as it is deployed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from credential_rotation.bundle import Bundle

ROOT = Path(__file__).resolve().parents[2]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    few = ("--rounds", "1", "--cold-rounds", "1", "--call-ms", "0", "--packet-ms", "0")
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.rotation", *few, *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": "lambdas", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def figures(output: str, beginning: str) -> list[str]:
    [line] = [line for line in output.splitlines() if line.strip().startswith(beginning)]
    return re.findall(r"\d+(?:\.\d+)?", line)


def test_both_handlers_are_counted_and_timed_alike(tmp_path: Path) -> None:
    shutil.unpack_archive(Bundle("postgres_user").build(), tmp_path)
    done = bench(
        *("--strategy", "alternating", "--alternating", str(tmp_path)),
        *("--handler", "postgres_user.handler.alternating_users"),
        *("--call-ms", "0,20", "--packet-ms", "1"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert figures(done.stdout, "calls")[:3] == ["11", "11", "1.00"]
    assert figures(done.stdout, "connections")[:3] == ["4", "4", "1.00"]
    mine, theirs, ratio = map(float, figures(done.stdout, "packets"))
    assert (mine, ratio) == (theirs, 1)
    lines = re.findall(r"^ *(0|20) +(0|1) +(\d+) +(\d+) +(\d+\.\d+) *$", done.stdout, re.MULTILINE)
    places = [("0", "1"), ("20", "1")]
    assert [line[:2] for line in lines] == 3 * places
    running = {line[:2]: int(line[2]) for line in lines[:2]}
    # No limit on a time, but a sum of what was waited: 11 calls, and 4 logins of 4 turns at least.
    assert running["0", "1"] >= 4 * 4 * 2
    assert running["20", "1"] >= 10 * 20 + 4 * 4 * 2


def test_a_single_user_takes_ten_calls_and_three_connections() -> None:
    done = bench("--strategy", "single")
    assert done.returncode == 0, done.stdout + done.stderr
    assert figures(done.stdout, "calls")[0] == "10"
    assert figures(done.stdout, "connections")[0] == "3"


def test_a_user_of_mariadb_with_two_passwords_takes_eleven_calls_and_four_connections() -> None:
    done = bench("--engine", "mariadb", "--strategy", "dual")
    assert done.returncode == 0, done.stdout + done.stderr
    assert figures(done.stdout, "calls")[0] == "11"
    assert figures(done.stdout, "connections")[0] == "4"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("def lambda_handler(event, context): raise ValueError('not today')", "not today"),
        ("def lambda_handler(event, context): pass", "AWSCURRENT is not the new version"),
    ],
)
def test_a_handler_that_does_not_rotate_ends_it_with_its_reason(
    tmp_path: Path, code: str, why: str
) -> None:
    (tmp_path / "lambda_function.py").write_text(code)
    done = bench("--strategy", "alternating", "--alternating", str(tmp_path))
    assert done.returncode == 1
    assert "bench: failed: the other handler failed in" in done.stdout
    assert why in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_folder_without_the_handler_is_told_at_once(tmp_path: Path) -> None:
    done = bench("--strategy", "alternating", "--alternating", str(tmp_path))
    assert done.returncode == 1
    assert "there is no handler lambda_function.lambda_handler" in done.stdout
