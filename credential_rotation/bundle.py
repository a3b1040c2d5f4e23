"""What goes into a function's zip, put together without Docker.

A bundle is a zip named after the hash of all that decides its content: our packages that the
function imports, its lock file, the compiler, and the code of these modules. It is made
in a folder of its own and then renamed, so that a zip with the right name is complete: a build
that was killed is never used, and two at once do not disturb each other. A synth that finds the
zip runs neither pip nor the compiler. It is zipped here and not by the CDK, which would copy each
of the hundreds of files into every `cdk.out` and zip them anew for every deployment.

An installed package carries the zips, made at its release: a synth then needs neither pip nor a
network. A checkout never has them.
"""

import hashlib
import math
import os
import re
import shutil
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from aws_cdk import aws_lambda as lambda_

from credential_rotation import packages
from credential_rotation.errors import BundleError

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = ROOT / "lambdas"
RELEASED = Path(__file__).with_name("functions")
"""Where an installed package has the zips of the functions that its constructs deploy."""

KEPT = 3
"""How many bundles of a function are kept, the most recently used ones."""

AUTHORITIES = "rotated_secret/authorities.pem"
"""Where a zip has the certificate authorities that a function trusts."""

IN_USE_SECONDS = 3600
"""How long a bundle is kept anyway: another synth may be about to read it."""

_LEFT_OUT = re.compile(
    r"(^|/)(__pycache__|tests?|\.[^/]*)(/|$)|\.pyc$|(^|/)(requirements\.(in|txt)|pyproject\.toml)$"
)


@dataclass(frozen=True)
class Bundle:
    """The code of one function with all that it imports.

    Attributes:
        function: The folder of the function.
        source: The folder that the function's folder is in. The packages that it imports are looked
            for in there first, then among ours, and then among those that the synth uses too.
        target: Where bundles are kept.
        authorities: What the function trusts instead of the authorities that the library ships.
    """

    function: str
    source: Path = FUNCTIONS
    target: Path = ROOT / ".build" / "functions"
    authorities: Path | None = None

    def code(self) -> lambda_.Code:
        """Give the code to the CDK; builds it when it is not there yet.

        Raises:
            BundleError: See `build`.
        """
        if RELEASED.is_dir():
            return lambda_.Code.from_asset(str(self._released()))
        return lambda_.Code.from_asset(str(self.build()), asset_hash=self.digest)

    def _released(self) -> Path:
        """The zip that the package carries, with a team's own authorities if there are any."""
        zipped = RELEASED / f"{self.function}.zip"
        if not zipped.is_file():
            raise BundleError(
                f"This package carries no function {self.function}, only those that its public "
                "constructs deploy. The app of the repository has the other kinds of credentials."
            )
        if self.authorities is None:
            return zipped
        own = Path(tempfile.mkdtemp(prefix="credential-rotation-")) / zipped.name
        _replace_in(zipped, AUTHORITIES, self.authorities.read_bytes(), into=own)
        return own

    def build(self) -> Path:
        """Build the zip, unless it is there.

        Returns:
            The zip, complete.

        Raises:
            BundleError: A package could not be installed, or a file does not compile.
        """
        path = self.target / f"{self.function}-{self.digest[:16]}.zip"
        try:
            os.utime(path)  # in use: not to be pruned by another synth
        except FileNotFoundError:
            self.target.mkdir(parents=True, exist_ok=True)
            self._make(path)
            self._prune()
        return path

    @cached_property
    def digest(self) -> str:
        """The hash of everything that decides the content."""
        digest = hashlib.sha256(packages.version().encode())
        for name, file in (*self._files(), *self._recipe()):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{name}\0{content}\n".encode())
        return digest.hexdigest()

    @property
    def _requirements(self) -> Path:
        return self.source / self.function / "requirements.txt"

    def _recipe(self) -> Iterator[tuple[str, Path]]:
        for file in (Path(__file__), Path(packages.__file__), packages.PROGRAM):
            yield file.name, file
        if self._requirements.is_file():
            yield "requirements.txt", self._requirements

    def _files(self) -> Iterator[tuple[str, Path]]:
        """Name the files of our own, by their path in the zip."""
        if not (self.source / self.function).is_dir():
            raise BundleError(f"There is no function {self.function} in {self.source}.")
        local = packages.local_packages(self.function, sources=(self.source, FUNCTIONS, ROOT))
        for package, folder in local.items():
            for file in sorted(folder.rglob("*")):
                name = f"{package}/{file.relative_to(folder).as_posix()}"
                if file.is_file() and not _LEFT_OUT.search(name):
                    own = self.authorities if name == AUTHORITIES else None
                    yield name, own or file

    def _make(self, path: Path) -> None:
        with tempfile.TemporaryDirectory(prefix=f".{self.function}-", dir=self.target) as scratch:
            work = Path(scratch) / "content"
            work.mkdir()
            if self._requirements.is_file():
                packages.install(self._requirements, into=work)
            for name, file in self._files():
                (work / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, work / name)
            packages.compile_folder(work)
            made = Path(scratch) / path.name
            _zip(work, made)
            made.replace(path)  # if another build was faster, it made the same

    def _prune(self) -> None:
        """Remove old bundles, and what a killed build has left."""
        bundles = sorted(self.target.glob(f"{self.function}-*"), key=_used, reverse=True)
        unfinished = self.target.glob(f".{self.function}-*")
        for path in (*bundles[KEPT:], *unfinished):
            if _used(path) < time.time() - IN_USE_SECONDS:
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():  # what a killed build has left
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)  # removed by another synth


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # pruned by another synth
        return math.inf


def _replace_in(zipped: Path, name: str, content: bytes, *, into: Path) -> None:
    """Copy a zip with another content of one file."""
    with zipfile.ZipFile(zipped) as old, zipfile.ZipFile(into, "w") as new:
        for entry in old.infolist():
            data = content if entry.filename == name else old.read(entry)
            new.writestr(entry, data, zipfile.ZIP_DEFLATED)


def _zip(folder: Path, target: Path) -> None:
    """Zip a folder: the same at every build, and for everyone to read, as Lambda's user has to.

    Every file is dated 1980, as a zip's entries are that say nothing else.
    """
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix())
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
