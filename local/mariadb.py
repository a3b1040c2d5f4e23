"""A real MariaDB server on this machine, as strict as one on RDS."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from local.database_errors import BinariesNotFoundError
from local.debian import DebianPackageError, DebianPackages
from local.mysql_client import MariaDBClient
from local.mysql_process import MySQLProcess, installed

RELEASES = {"10.11": "bookworm", "11.8": "trixie"}
"""Versions that can be had, each with Debian's release that has it."""

VERSION = "11.8"
"""The version that is taken if nobody says otherwise: the newest with long support."""

_SCRIPTS = ("system_tables", "performance_tables", "system_tables_data", "sys_schema")
"""What `mariadb-install-db` feeds to a server without tables, in this order."""

_NO_TABLES = """\
CREATE DATABASE mysql;
USE mysql;
SET @auth_root_socket = NULL;
SET @skip_auth_anonymous = 1;
"""

_NO_ROOT = """\
DELETE FROM mysql.global_priv WHERE User = 'root';
DELETE FROM mysql.proxies_priv;
FLUSH PRIVILEGES;
"""


class MariaDBServer(MySQLProcess, MariaDBClient):
    """One throwaway server; use it as a context manager."""

    product = "MariaDB"
    program = "mariadbd"
    own_settings: ClassVar[Mapping[str, str]] = {"innodb_log_file_size": "10M"}

    def _find_binaries(self) -> Path:
        return find_binaries()

    def _initialize(self, command: list[str], share: Path, statements: str) -> None:
        found = [
            path.read_text()
            for script in _SCRIPTS
            for path in (*share.glob(f"mariadb_{script}.sql"), *share.glob(f"mysql_{script}.sql"))
        ]
        feed = "".join([_NO_TABLES, *found, _NO_ROOT, statements])
        self._started().run([*command, "--bootstrap"], name="mariadbd --bootstrap", feed=feed)


def find_binaries(environ: Mapping[str, str] = os.environ) -> Path:
    """Finds the folder that holds `mariadbd`.

    In this order: the environment variable MARIADB_BIN, Debian's packages, which are unpacked when
    they are first asked for, PATH and the system's folders for servers.

    Args:
        environ: Where MARIADB_BIN and PATH are looked up.

    Returns:
        The folder.

    Raises:
        BinariesNotFoundError: There is none.
    """
    found, looked = installed(MariaDBServer.program, "MARIADB_BIN", environ)
    if "MARIADB_BIN" not in environ:
        try:
            return binaries()
        except DebianPackageError as error:
            looked = f"{error.why}, and {looked}"
    if found is None:
        raise BinariesNotFoundError(
            MariaDBServer.product,
            why=looked,
            remedy="Install MariaDB with your system's package manager, or set MARIADB_BIN to the"
            " folder that holds mariadbd",
        )
    return found


def binaries(version: str = VERSION) -> Path:
    """Brings a version out of Debian's packages.

    Args:
        version: One of `RELEASES`.

    Returns:
        The folder that holds `mariadbd`.

    Raises:
        DebianPackageError: It can't be had on this machine.
    """
    # The plugins, ed25519's among them, are in the server's package, which needs much else.
    packages = DebianPackages(RELEASES[version], "mariadb-server-core", ("mariadb-server",))
    return packages.bring() / "usr" / "sbin"
