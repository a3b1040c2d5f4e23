"""Functions' zips, unpacked as Lambda unpacks them."""

import hashlib
import io
import shutil
import stat
import threading
import zipfile
from pathlib import Path


class Packages:
    """Unpacks each deployment package once, for all processes that run its code.

    They share the folder, which is readable and not writable, as `/var/task` is. Root writes all
    the same: there a function that writes to its own folder works here and fails on AWS.

    Args:
        directory: Where the folders go.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()

    def unpacked(self, code: bytes) -> Path:
        """Return the folder with the content of a package.

        Args:
            code: The zip.

        Raises:
            BadZipFile: It is none.
            OSError: This machine is out of something.
        """
        path = self._directory / hashlib.sha256(code).hexdigest()
        with self._lock:
            if not path.exists():
                unfinished = path.with_suffix(".unfinished")
                try:
                    _unpack(code, unfinished)
                    unfinished.rename(path)
                finally:
                    _remove(unfinished)
        return path

    def close(self) -> None:
        """Remove all folders; no process may run from them any more."""
        _remove(self._directory)


def _unpack(code: bytes, directory: Path) -> None:
    directory.mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(code)) as package:
        package.extractall(directory)  # zipfile drops `..` and absolute names itself
        for entry in package.infolist():
            executable = (entry.external_attr >> 16) & stat.S_IXUSR
            _set_mode(directory / entry.filename, executable=bool(executable))
    for path in directory.rglob("*"):
        if path.is_dir():
            path.chmod(0o555)
    directory.chmod(0o555)


def _remove(directory: Path) -> None:
    if not directory.exists():
        return
    for path in [directory, *directory.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(directory)


def _set_mode(path: Path, *, executable: bool) -> None:
    if path.is_file():
        path.chmod(0o555 if executable else 0o444)
