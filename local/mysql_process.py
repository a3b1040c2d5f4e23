"""What servers of MySQL and MariaDB have in common on this machine.

They accept nothing but TLS, and keep every statement in the general log, the slow log, the binary
log and `performance_schema`, so that a secret which leaks into one of them is seen.
"""

import abc
import os
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from local import debian
from local.database_process import DatabaseProcess
from local.mysql_client import SUPERUSER
from local.server_folder import ServerFolder, reachable

_SETTINGS = {
    "bind_address": "127.0.0.1",
    "require_secure_transport": "ON",
    "tls_version": "TLSv1.2,TLSv1.3",
    "skip_name_resolve": "ON",
    "performance_schema": "ON",
    "performance_schema_instrument": "'statement/%=ON'",
    "performance_schema_consumer_events_statements_current": "ON",
    "performance_schema_consumer_events_statements_history": "ON",
    "performance_schema_consumer_events_statements_history_long": "ON",
    "performance_schema_events_statements_history_long_size": "10000",
    "server_id": "1",
    "log_bin": "binlog",
    "general_log": "ON",
    "slow_query_log": "ON",
    "long_query_time": "0",
    "lc_messages": "en_US",
    "character_set_server": "utf8mb4",
    # The data is small, and thrown away with the server.
    "innodb_buffer_pool_size": "32M",
    "innodb_flush_log_at_trx_commit": "0",
    "sync_binlog": "0",
}

_QUIET = ("--skip-log-bin", "--general-log=OFF", "--slow-query-log=OFF", "--skip-networking")
"""For a server that is there to make the data only."""

_SYSTEM = ("/usr/sbin", "/usr/libexec", "/usr/local/sbin")
"""Where packages put servers, outside of most people's PATH."""


class MySQLProcess(DatabaseProcess):
    """A throwaway server of the family; see `local.mariadb` and `local.mysql`.

    Attributes:
        superuser: Name of the server's owner.
        executable: The server's file in use; known once started.
    """

    superuser = SUPERUSER
    executable = Path()

    death = signal.SIGTERM
    stop_signals = ((signal.SIGTERM, 20.0), (signal.SIGKILL, 5.0))

    program: ClassVar[str]
    """The server's file."""

    own_settings: ClassVar[Mapping[str, str]]
    """What this product wants beside the common settings."""

    @property
    def general_log(self) -> Path:
        """File with every statement as it was sent."""
        return self._started().private / "general.log"

    @property
    def slow_log(self) -> Path:
        """File with every statement that was carried out."""
        return self._started().private / "slow.log"

    @property
    def binary_logs(self) -> list[Path]:
        """Files with every statement that changed something; `FLUSH LOGS` completes them."""
        return sorted(self._data.glob("binlog.*[0-9]"))

    @property
    def _data(self) -> Path:
        return self._started().private / "data"

    @abc.abstractmethod
    def _initialize(self, command: list[str], share: Path, statements: str) -> None:
        """Fill the data folder, and carry out statements there.

        Args:
            command: What starts the server with its configuration.
            share: The product's folder with texts and scripts.
            statements: SQL, each statement on a line.
        """

    def _create(self, folder: ServerFolder, binaries: Path) -> list[str]:
        self.executable = program = _reachable(binaries / self.program, folder)
        share = _share(program)
        self._data.mkdir(mode=0o700)
        folder.give_away(self._data)
        places = {
            "basedir": program.parents[1],
            "lc_messages_dir": share,
            "character_sets_dir": share / "charsets",
            "plugin_dir": program.parents[1] / "lib" / "mysql" / "plugin",
            "datadir": self._data,
            "tmpdir": folder.private,
            "socket": folder.private / "socket",
            "pid_file": folder.private / "pid",
            "ssl_ca": folder.ca,
            "ssl_cert": folder.certificate,
            "ssl_key": folder.key,
            "general_log_file": self.general_log,
            "slow_query_log_file": self.slow_log,
        }
        settings = {**places, **_SETTINGS, **self.own_settings, **self._settings}
        lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
        configuration = folder.write(folder.private / "my.cnf", f"[mysqld]\n{lines}")
        command = [*debian.command(program), f"--defaults-file={configuration}"]
        self._initialize([*command, *_QUIET], share, self._first_statements())
        return command

    def _first_statements(self) -> str:
        return (
            f"CREATE USER {SUPERUSER}@'%' IDENTIFIED BY '{self.superuser_password}';\n"
            f"GRANT ALL ON *.* TO {SUPERUSER}@'%' WITH GRANT OPTION;\n"
        )

    def _at_port(self, port: int) -> list[str]:
        return [f"--port={port}"]

    def _is_ready(self) -> bool:
        return "ready for connections" in self.log.read_text(errors="replace")

    def _lacked_its_port(self, log: str) -> bool:
        return "Address already in use" in log

    def _settle(self) -> None:
        """Nothing: the data was made with its owner in it."""


def installed(
    program: str, variable: str, environ: Mapping[str, str] = os.environ
) -> tuple[Path | None, str]:
    """Find a server that somebody has installed.

    Args:
        program: The server's file.
        variable: The environment variable that may name its folder.
        environ: Where that and PATH are looked up.

    Returns:
        Its folder, or None; and where it was looked for.
    """
    if chosen := environ.get(variable):
        found = Path(chosen) if os.access(Path(chosen) / program, os.X_OK) else None
        return found, f"{variable} is {chosen}, which lacks {program}"
    path = os.pathsep.join([environ.get("PATH", ""), *_SYSTEM])
    named = shutil.which(program, path=path)
    return (Path(named).parent if named else None), f"there is no {program} on PATH"


def _share(program: Path) -> Path:
    """The folder with the messages, which products call by different names."""
    for folder in (program.parents[1] / "share").glob("*/charsets"):
        return folder.parent
    return program.parents[1] / "share"


def _reachable(program: Path, folder: ServerFolder) -> Path:
    """The program, or the copy of it that the server's user can get at."""
    real = program.resolve()
    installation = debian.root_of(real) or real.parents[1]
    found = reachable(
        installation,
        folder.user,
        folders=(real.parent, _share(real)),
        programs=(real,),
        copy_to=folder.path / "installation",
    )
    return found / real.relative_to(installation)
