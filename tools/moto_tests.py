"""Runs moto's own tests with the local AWS's changes of moto in place, and without.

`python -m tools.moto_tests` brings the source of the moto that the lock file pins, with its hash,
and tells which tests pass without the changes and fail with them. Each of those must be explained
in `moto_differences.tsv`: what AWS documents otherwise, or what is no part of AWS. An unexplained
one, or an explanation of a test that passes, ends it with status 1.

With `--changed` the tests run with the changes only, which takes half as long: a test that needs
Docker or a network counts as explained.
"""

import argparse
import csv
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements-dev.txt"
DIFFERENCES = Path(__file__).with_name("moto_differences.tsv")
SERVICES = ("secretsmanager", "cloudformation", "events", "sts", "iam", "rds", "awslambda", "kms")
"""Whose tests run when none are named: of what the local AWS changes."""

_PIN = re.compile(r"^moto==(?P<version>\S+) \\\n(?:    --hash=\S+(?: \\)?\n)+", re.MULTILINE)


@dataclass(frozen=True)
class Difference:
    """A test that fails with the changes in place, and why it may.

    Attributes:
        test: The test's id, in which `*` stands for anything.
        reason: Why, in a sentence.
        source: Where AWS says so; `-` where the test is about moto or its environment alone.
    """

    test: str
    reason: str
    source: str


def differences() -> list[Difference]:
    """Reads the differences that are explained."""
    with DIFFERENCES.open(newline="") as file:
        return [Difference(*row) for row in csv.reader(file, delimiter="\t")]


def source(folder: Path = ROOT / ".build") -> Path:
    """Brings moto's source, unless it is there, and returns its folder.

    Raises:
        subprocess.CalledProcessError: It can't be had, or is not what the lock file pins.
    """
    pin = _PIN.search(LOCK.read_text())
    if not pin:
        raise ValueError(f"{LOCK} pins no moto")
    unpacked = folder / f"moto-{pin['version']}-tests"
    if unpacked.is_dir():
        return unpacked
    with tempfile.TemporaryDirectory(dir=folder) as place:
        wanted = Path(place) / "wanted.txt"
        wanted.write_text(pin[0].rstrip().rstrip("\\") + "\n")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        chosen = ["--no-deps", "--no-binary=moto", "--require-hashes", f"--requirement={wanted}"]
        subprocess.run([*pip, *chosen, f"--dest={place}"], check=True)  # noqa: S603 - our own
        [archive] = Path(place).glob("moto-*.tar.gz")
        with tarfile.open(archive) as package:
            package.extractall(place, filter="data")
        [tests] = Path(place).glob("moto-*/tests")
        # Away from moto's own code, which is imported from where it is installed.
        (Path(place) / "only").mkdir()
        tests.rename(Path(place) / "only" / "tests")
        (Path(place) / "only" / "pytest.ini").write_text("[pytest]\n")  # theirs, not the project's
        try:
            (Path(place) / "only").rename(unpacked)
        except OSError:
            if not unpacked.is_dir():  # else another run was faster, and brought the same
                raise
    return unpacked


def failures(services: tuple[str, ...], *, changed: bool) -> set[str]:
    """Runs the tests of services and returns the ids of those that fail.

    Raises:
        RuntimeError: They did not run.
    """
    folder = source()
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "report.xml"
        plugin = ["-p", "tools.local_patches"] if changed else []
        quiet = ["-q", "--no-header", "--tb=short", "-p", "no:cacheprovider", "--color=no"]
        paths = [f"tests/test_{service}" for service in services]
        done = subprocess.run(  # noqa: S603 - our own
            [sys.executable, "-m", "pytest", *quiet, *plugin, f"--junitxml={report}", *paths],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "lambdas")])},
            capture_output=True,
            text=True,
            check=False,
        )
        if not report.exists():
            raise RuntimeError(f"moto's tests did not run:\n{done.stdout}\n{done.stderr}")
        return set(_failed(ET.parse(report).getroot()))  # noqa: S314 - our own


def _failed(report: ET.Element) -> Iterator[str]:
    for case in report.iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            yield f"{case.get('classname')}::{case.get('name')}"


def compare(failing: set[str], failing_anyway: set[str]) -> tuple[list[str], list[Difference]]:
    """Compares what fails with the changes to what is explained.

    Args:
        failing: The tests that fail with the changes in place.
        failing_anyway: Those that fail without them, too.

    Returns:
        The tests that fail unexplained, and the differences that explain nothing.
    """
    known = differences()
    unexplained = {test for test in failing if not any(fnmatchcase(test, k.test) for k in known)}
    idle = [k for k in known if not any(fnmatchcase(test, k.test) for test in failing)]
    return sorted(unexplained - failing_anyway), idle


def main() -> None:
    """Runs, compares and tells."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--changed", action="store_true", help="run with the changes only")
    parser.add_argument("services", nargs="*", default=SERVICES)
    chosen = parser.parse_args()
    services = tuple(chosen.services)
    failing = failures(services, changed=True)
    anyway = set() if chosen.changed else failures(services, changed=False)
    unexplained, idle = compare(failing, anyway)
    idle = [each for each in idle if each.test.split(".")[1].removeprefix("test_") in services]
    lines = [
        f"{len(failing)} fail with the changes, {len(failing & anyway)} of them without, too",
        *(f"unexplained: {test}" for test in unexplained),
        *(f"explains nothing: {each.test}" for each in idle),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(bool(unexplained or idle))


if __name__ == "__main__":
    main()
