"""The packages that a function depends on, from its lock file."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from stacks.errors import BundleError

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
