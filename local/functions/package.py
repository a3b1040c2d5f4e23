"""A function's zip, unpacked as Lambda unpacks it."""

import io
import shutil
import stat
import zipfile
from pathlib import Path


def unpack(code: bytes, directory: Path) -> None:
    """Unpack a deployment package, readable and not writable, as `/var/task` is.

    Root writes all the same: there a function that writes to its own folder works here and fails
    on AWS.

    Args:
        code: The zip.
        directory: Where to; it is made.
    """
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


def remove(directory: Path) -> None:
    """Remove an unpacked package."""
    for path in [directory, *directory.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(directory)


def _set_mode(path: Path, *, executable: bool) -> None:
    if path.is_file():
        path.chmod(0o555 if executable else 0o444)
