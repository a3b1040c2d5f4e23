"""A real PostgreSQL server on this machine, as strict as the one on RDS.

It accepts nothing but SCRAM-SHA-256 over TLS, and logs every statement, so that a secret which
leaks into the server's log is seen.
"""

import contextlib
import signal
from pathlib import Path

from psycopg import sql

from local.database_process import DatabaseProcess
from local.postgres_binaries import find_binaries, reachable_binaries
from local.postgres_client import ADMIN_GROUP, SUPERUSER, PostgresClient
from local.server_folder import ServerFolder

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "ssl": "on",
    "ssl_min_protocol_version": "TLSv1.2",
    "log_statement": "all",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "lc_messages": "C",
    "shared_buffers": "32MB",
    # The data is thrown away with the server.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}

_HOST_BASED_AUTHENTICATION = """\
# TYPE     DATABASE  USER  ADDRESS  METHOD
hostssl    all       all   all      scram-sha-256
hostnossl  all       all   all      reject
"""


class PostgresServer(DatabaseProcess, PostgresClient):
    """One throwaway server; use it as a context manager.

    Attributes:
        superuser: Name of the owner of the cluster.
    """

    product = "PostgreSQL"
    death = signal.SIGINT
    # Fast, immediate, hard. SIGTERM would wait for clients:
    # https://www.postgresql.org/docs/current/server-shutdown.html
    stop_signals = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
    superuser = SUPERUSER

    def _find_binaries(self) -> Path:
        return find_binaries()

    def _create(self, folder: ServerFolder, binaries: Path) -> list[str]:
        binaries = reachable_binaries(binaries, folder.user, folder.path / "installation")
        data = folder.private / "data"
        password = folder.write(folder.private / "password", self.superuser_password)
        folder.run(
            [
                f"{binaries}/initdb",
                f"--pgdata={data}",
                f"--username={SUPERUSER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ],
            name="initdb",
        )
        password.unlink()
        certificate = {"ssl_cert_file": str(folder.certificate), "ssl_key_file": str(folder.key)}
        settings = _SETTINGS | certificate | self._settings
        lines = (f"{name} = '{value}'\n" for name, value in settings.items())
        folder.write(data / "pg_hba.conf", _HOST_BASED_AUTHENTICATION)
        folder.write(data / "postgresql.conf", "".join(lines))
        return [f"{binaries}/postgres", "-D", str(data)]

    def _at_port(self, port: int) -> list[str]:
        return ["-p", str(port)]

    def _is_ready(self) -> bool:
        """The server says so in the eighth line of its pid file."""
        pid_file = self._started().private / "data" / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError):
            return "ready" in "".join(pid_file.read_text().splitlines()[7:8])
        return False

    def _lacked_its_port(self, log: str) -> bool:
        return "could not bind" in log and "in use" in log

    def _settle(self) -> None:
        create = sql.SQL("CREATE ROLE {0}; GRANT pg_monitor, pg_signal_backend TO {0}")
        with self.connect() as connection:
            connection.execute(create.format(sql.Identifier(ADMIN_GROUP)))
