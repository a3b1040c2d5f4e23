"""Bytecode for the Python that the functions run on, made on any Python.

Bytecode fits one minor version of Python, and a zip without it starts two to three times slower.
What is deployed must not depend on the machine that deploys it, so the compiler comes with the
project: the npm package `pyodide`, locked in `package-lock.json`, is CPython built for Node.js.
"""

import json
import subprocess
from pathlib import Path

from stacks.errors import BundleError
from stacks.node import node

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
