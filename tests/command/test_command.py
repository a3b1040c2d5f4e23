"""The command as a person calls it."""

import subprocess
import sys
from pathlib import Path

import pytest

from credential_rotation.command import __main__ as command

ROOT = Path(__file__).parents[2]

WITHOUT = """
import sys
for name in {missing!r}:
    sys.modules[name] = None
from credential_rotation.command.__main__ import main
sys.exit(main({words!r}))
"""


def run(*words: str, missing: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
    program = WITHOUT.format(missing=missing, words=words)
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", command.COMMANDS)
def test_each_command_runs_without_the_cdk(name: str) -> None:
    done = run(name, "--help", missing=("aws_cdk", "constructs", "jsii"))
    assert done.returncode == 0, done.stderr
    assert f"credential-rotation {name}" in done.stdout


@pytest.mark.parametrize(
    ("name", "missing"), [("authorities", "cryptography"), ("inventory", "rich")]
)
def test_a_package_that_is_missing_is_told_with_the_extra_that_brings_it(
    name: str, missing: str
) -> None:
    done = run(name, "--help", missing=(missing,))
    assert done.returncode == 2
    assert missing in done.stderr
    assert "credential-rotation[cli]" in done.stderr


def test_a_checkout_has_no_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["version"]) == 0
    assert "a checkout" in capsys.readouterr().out


def test_an_unknown_command_is_refused_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as refused:
        command.main(["rotate"])
    assert refused.value.code == 2
    assert "authorities" in capsys.readouterr().err
