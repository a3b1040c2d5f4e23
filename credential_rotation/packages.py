"""The packages of a bundle: our own that a function imports, others from wheels, all compiled."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from credential_rotation.errors import BundleError
from credential_rotation.node import node

_NOISE = ("INSTALLER", "RECORD", "REQUESTED", "direct_url.json")
"""What pip notes about an installation, and what is not the same on two machines."""


def install(requirements: Path, *, into: Path) -> None:
    """Install the wheels of a lock file.

    Only wheels that are pure Python fit, so that one zip runs on x86_64, on arm64 and locally, and
    only what has a known hash.

    Args:
        requirements: The lock file, with a hash for every package.
        into: The folder to fill.

    Raises:
        BundleError: A package could not be had, is not the one with the hash, or is not pure.
    """
    command = [
        *(sys.executable, "-m", "pip", "install"),
        *("--quiet", "--no-input", "--disable-pip-version-check", "--no-compile"),
        *("--require-hashes", "--no-deps", "--only-binary=:all:"),
        *("--platform", "any", "--implementation", "py", "--abi", "none"),
        *("--target", str(into), "--requirement", str(requirements)),
    ]
    done = subprocess.run(  # noqa: S603 - no shell, and the only variable parts are our own paths
        command, capture_output=True, text=True, check=False, env={**os.environ, "PIP_USER": "0"}
    )
    if done.returncode:
        raise BundleError(_sentence(requirements, done.stderr))
    for noise in _NOISE:
        for file in into.glob(f"*.dist-info/{noise}"):
            file.unlink()
    shutil.rmtree(into / "bin", ignore_errors=True)  # commands that name this interpreter's path


def _sentence(requirements: Path, stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if line.startswith("ERROR")] or stderr.split("\n")
    return (
        f"The packages of {requirements.parent.name}/{requirements.name} could not be installed: "
        f"{_cause(stderr)} pip says: {' '.join(lines[-2:]).strip()[:500]}"
    )


def _cause(stderr: str) -> str:
    if "DO NOT MATCH THE HASHES" in stderr or "require-hashes" in stderr:
        return (
            "a package has no hash or another one than in the lock file. Find out whether it was "
            "tampered with; `make lock` takes the hashes of today."
        )
    if "No module named pip" in stderr:
        return f"{sys.executable} has no pip. Run `{sys.executable} -m ensurepip`."
    if "Connection" in stderr or "Could not fetch" in stderr or "resolve" in stderr.lower():
        return "the package registry was out of reach. Check the network and pip's index settings."
    if "No matching distribution" in stderr:
        return "a package has no wheel that is pure Python, or the registry does not have it."
    return "pip failed."


def local_packages(function: str, *, sources: Sequence[Path]) -> dict[str, Path]:
    """Follow the imports of a function through the packages beside it.

    Nobody has to list them, and a zip has what its code imports and no more.

    Args:
        function: The folder that the function is in.
        sources: The folders of all packages; of two with the same name the first counts.

    Returns:
        The folders to take, by their names, sorted; the function's own among them.

    Raises:
        BundleError: A module is not valid Python.
    """
    found: dict[str, Path] = {}
    waiting = [function]
    while waiting:
        package = waiting.pop()
        folders = [source / package for source in sources if (source / package).is_dir()]
        if folders and package not in found:
            found[package] = folders[0]
            waiting.extend(_imported(folders[0]))
    return dict(sorted(found.items()))


def _imported(package: Path) -> Iterator[str]:
    """Name the first part of each absolute import in a package."""
    for module in sorted(package.rglob("*.py")):
        try:
            yield from _imported_by(module.read_bytes())
        except SyntaxError as error:
            raise BundleError(f"{module}, line {error.lineno}: {error.msg}.") from error


@cache
def _imported_by(code: bytes) -> frozenset[str]:
    """The same modules are in many bundles, and parsing them takes longer than all else here."""
    found: set[str] = set()
    for each in ast.walk(ast.parse(code)):
        if isinstance(each, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in each.names)
        elif isinstance(each, ast.ImportFrom) and each.module and not each.level:
            found.add(each.module.partition(".")[0])
    return frozenset(found)


RUNTIME = "python3.13"
"""Lambda's name of the Python that all functions run on."""

TASK_ROOT = "/var/task"
"""Where Lambda unpacks a zip: the paths in tracebacks begin with it."""

PROGRAM = Path(__file__).with_name("compile.mjs")
PYODIDE = PROGRAM.parent.parent / "node_modules" / "pyodide"


def compile_folder(folder: Path) -> None:
    """Compile every Python file of a folder for `RUNTIME`.

    Args:
        folder: What will be the content of the zip.

    Raises:
        BundleError: A file does not compile, or the compiler is not installed.
    """
    program = node()
    if program is None or not PYODIDE.is_dir():
        missing = "Node.js" if program is None else str(PYODIDE)
        raise BundleError(
            f"The functions cannot be compiled for {RUNTIME}: {missing} is missing. Run "
            "`make setup`, or with your own Node.js 22 or newer `npm ci`, in the project's folder."
        )
    done = subprocess.run(  # noqa: S603 - no shell, and the only variable parts are our own paths
        [program, str(PROGRAM), str(folder), TASK_ROOT],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise BundleError(f"A file does not compile:\n{done.stdout}{done.stderr}".rstrip())


def version() -> str:
    """Name the compiler: another version may write other bytecode."""
    package = PYODIDE / "package.json"
    return f"{RUNTIME} {json.loads(package.read_text())['version'] if package.is_file() else ''}"
