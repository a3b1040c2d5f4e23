"""A real MySQL server on this machine, as strict as one on RDS."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from local.database_errors import BinariesNotFoundError
from local.debian import DebianPackageError, DebianPackages
from local.mysql_client import MySQL8Client
from local.mysql_process import MySQLProcess, installed

_PACKAGES = DebianPackages("sid", "mysql-server-core")
"""Debian has MySQL in no release: whatever version that is today."""

_NO_ROOT = "DROP USER root@localhost;\n"


class MySQLServer(MySQLProcess, MySQL8Client):
    """One throwaway server; use it as a context manager."""

    product = "MySQL"
    program = "mysqld"
    own_settings: ClassVar[Mapping[str, str]] = {
        "mysqlx": "OFF",
        "innodb_redo_log_capacity": "8M",
        "secure_file_priv": "NULL",
        "auto_generate_certs": "OFF",
        "caching_sha2_password_auto_generate_rsa_keys": "OFF",
    }

    def _find_binaries(self) -> Path:
        return find_binaries()

    def _initialize(self, command: list[str], share: Path, statements: str) -> None:  # noqa: ARG002 - MySQL knows its tables itself
        folder = self._started()
        first = folder.write(folder.private / "first.sql", _NO_ROOT + statements)
        options = ("--initialize-insecure", f"--init-file={first}")
        folder.run([*command, *options], name="mysqld --initialize")
        first.unlink()


def find_binaries(environ: Mapping[str, str] = os.environ) -> Path:
    """Finds the folder that holds `mysqld`.

    In this order: the environment variable MYSQL_BIN, Debian's packages, which are unpacked when
    they are first asked for. PATH is not asked: its `mysqld` may well be MariaDB's.

    Args:
        environ: Where MYSQL_BIN is looked up.

    Returns:
        The folder.

    Raises:
        BinariesNotFoundError: There is none.
    """
    if "MYSQL_BIN" in environ:
        found, looked = installed(MySQLServer.program, "MYSQL_BIN", environ)
        if found:
            return found
    else:
        try:
            return _PACKAGES.bring() / "usr" / "sbin"
        except DebianPackageError as error:
            looked = error.why
    raise BinariesNotFoundError(
        MySQLServer.product,
        why=looked,
        remedy="Set MYSQL_BIN to the folder that holds mysqld of version 8.0.36 or newer",
    )
