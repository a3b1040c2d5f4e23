"""Programs out of Debian's packages, on this machine without installing them and without root.

apt brings the packages with all that they need, the C library included, and checks their
signatures. It keeps its lists in a folder of ours, so that those of the machine need not be fresh,
and no change of the machine's own packages touches ours. The packages are unpacked there, once for
all processes.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError
from local.toolchain import ROOT

_FOLDER = ROOT / ".build" / "debian"
_MIRROR = "http://deb.debian.org/debian"
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_PROGRAMS = ("apt-get", "dpkg-deb")
_MARK = ".unpacked"
"""A file that tells the root of unpacked files from others."""

_NEEDLESS = ("doc", "i18n", "locale", "man", "perl")
"""What no server reads, of `usr/share`."""

_CONFIGURATION = """\
Dir::Etc::SourceList "{folder}/sources.list";
Dir::Etc::SourceParts "-";
Dir::State "{folder}/state";
Dir::State::status "/dev/null";
Dir::Cache "{folder}/cache";
Debug::NoLocking "true";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
"""


class DebianPackageError(LocalError):
    """Packages can't be had on this machine."""

    def __init__(self, packages: "DebianPackages", why: str) -> None:
        super().__init__(
            f"Debian's package {packages.main} ({packages.release}) can't be had on this machine",
            why=why,
            remedy="Run this on Debian with its mirror in reach",
        )


@dataclass(frozen=True)
class DebianPackages:
    """What to unpack.

    Attributes:
        release: Debian's release, such as `trixie`.
        main: The package that is wanted with all that it needs.
        alone: Further packages, without what they need.
    """

    release: str
    main: str
    alone: tuple[str, ...] = ()

    def bring(self) -> Path:
        """Unpack them, unless that was done before.

        Returns:
            The folder that stands for the root of the file system they would be installed in.

        Raises:
            DebianPackageError: They can't be had here.
        """
        root = _FOLDER / f"{self.main}-{self.release}"
        if root.exists():
            return root
        for missing in (name for name in _PROGRAMS if not shutil.which(name)):
            raise DebianPackageError(self, f"there is no {missing}: this is not Debian")
        if not _KEYRING.exists():
            raise DebianPackageError(self, f"Debian's keys are not in {_KEYRING}")
        _FOLDER.mkdir(parents=True, exist_ok=True)
        with (_FOLDER / f"{root.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not root.exists():
                self._unpack(root)
        return root

    def _unpack(self, root: Path) -> None:
        with tempfile.TemporaryDirectory(dir=_FOLDER) as name:
            folder = Path(name)
            unpacked = folder / "root"
            unpacked.mkdir()
            unpacked.chmod(0o755)
            for package in self._download(folder):
                self._run(["dpkg-deb", "--extract", str(package), str(unpacked)], folder)
            for needless in _NEEDLESS:
                shutil.rmtree(unpacked / "usr" / "share" / needless, ignore_errors=True)
            (unpacked / _MARK).touch()
            unpacked.rename(root)

    def _download(self, folder: Path) -> list[Path]:
        sources = f"deb [signed-by={_KEYRING}] {_mirror()} {self.release} main\n"
        (folder / "sources.list").write_text(sources)
        configuration = folder / "apt.conf"
        configuration.write_text(_CONFIGURATION.format(folder=folder))
        archives = folder / "cache" / "archives"
        for needed in (folder / "state" / "lists" / "partial", archives / "partial"):
            needed.mkdir(parents=True)
        environment = {"APT_CONFIG": str(configuration), "LC_ALL": "C"}
        for command in (
            ["update", "--error-on=any"],
            ["install", "--yes", "--download-only", self.main],
            *(["download", package] for package in self.alone),
        ):
            self._run(["apt-get", "-qq", *command], folder, environment)
        return sorted([*archives.glob("*.deb"), *folder.glob("*.deb")])

    def _run(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        done = subprocess.run(  # noqa: S603  # our own command
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            umask=0o022,
            check=False,
        )
        if done.returncode:
            said = " ".join(done.stdout.split())
            raise DebianPackageError(self, f"{' '.join(command[:3])} failed: {said[-400:]}")


def root_of(program: Path) -> Path | None:
    """The folder into which the packages of a program were unpacked.

    Args:
        program: Its path.

    Returns:
        What `bring` has returned; None if it is no such program.
    """
    return next((each for each in program.parents if (each / _MARK).exists()), None)


def command(program: Path) -> list[str]:
    """How to start a program: one of unpacked packages runs with their own C library.

    Args:
        program: Its path.
    """
    root = root_of(program)
    if root is None:
        return [str(program)]
    [loader] = [*root.glob("usr/lib/*-linux-*/ld-*.so*"), *root.glob("lib/*-linux-*/ld-*.so*")]
    triplet = loader.parent.name
    places = [root / "usr" / "lib" / triplet, root / "lib" / triplet]
    path = ":".join(map(str, [*places, *root.glob("usr/lib/*/private")]))
    return [str(loader), "--library-path", path, str(program)]


def _mirror() -> str:
    """The mirror that this machine's apt is told to use."""
    done = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages"],  # noqa: S607  # wherever apt is
        capture_output=True,
        text=True,
        check=False,
    )
    named = (line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    return next((uri for label, uri in named if label == "Debian"), _MIRROR)
