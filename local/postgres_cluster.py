"""What a PostgreSQL server needs on disk: its data, its certificate, its configuration."""

import errno
import os
import pwd
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import trustme

from local.child import child_command
from local.postgres_errors import DiskFullError, NotStartedError, PostgresError

HOST = "localhost"
"""The name in the server's certificate (127.0.0.1 is in it too)."""

OTHER_NAMES = "*.rds.localhost"
"""Further names, for whoever is to know the server by another one; functions resolve them here."""

SUPERUSER = "rdsadmin"
"""Owner of the cluster; on RDS, AWS keeps this login to itself."""

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


class Cluster:
    """The files of one server, inside a folder that is open to its user and closed to others.

    Attributes:
        folder: Where everything is.
        ca: PEM file with the authority that signed the server's certificate; anyone may read it.
        data: The data directory.
    """

    def __init__(self, folder: Path, binaries: Path, user: pwd.struct_passwd | None) -> None:
        """Names the place; nothing is written yet.

        Args:
            folder: An existing folder.
            binaries: Folder with `initdb`.
            user: Whose the files shall be, if not ours.
        """
        self.folder = folder
        self.ca = folder / "ca.pem"
        self._private = folder / "server"
        self.data = self._private / "data"
        self._binaries = binaries
        self._user = user

    def create(self, password: str, settings: Mapping[str, str]) -> None:
        """Writes everything.

        Args:
            password: The superuser's.
            settings: Server settings on top of the ones for a strict throwaway server.

        Raises:
            DiskFullError: No space is left.
            NotStartedError: `initdb` failed for another reason.
        """
        self.folder.chmod(0o755)
        self._private.mkdir(mode=0o700)
        self._write_certificate()
        password_file = self._private / "password"
        _write_private(password_file, password)
        self._give_away(self._private)
        self._run_initdb(password_file)
        password_file.unlink()
        self._configure(settings)

    def failure(self, why: str, log: str) -> PostgresError:
        """Tells a full disk from other failures by what a PostgreSQL program printed.

        Args:
            why: The cause if it is not the disk.
            log: What was printed.
        """
        if os.strerror(errno.ENOSPC) in log:
            return DiskFullError(self.folder)
        return NotStartedError(why, log)

    def _run_initdb(self, password_file: Path) -> None:
        command = [
            f"{self._binaries}/initdb",
            f"--pgdata={self.data}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]
        done = subprocess.run(  # noqa: S603  # our own command
            child_command(command, user=self._user, death=signal.SIGKILL),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            check=False,
        )
        if done.returncode:
            raise self.failure("initdb failed", done.stdout.decode(errors="replace"))

    def _configure(self, settings: Mapping[str, str]) -> None:
        certificate = {
            "ssl_cert_file": f"{self._private}/server.pem",
            "ssl_key_file": f"{self._private}/server.key",
        }
        lines = (f"{k} = '{v}'\n" for k, v in (_SETTINGS | certificate | dict(settings)).items())
        _write_private(self.data / "pg_hba.conf", _HOST_BASED_AUTHENTICATION)
        _write_private(self.data / "postgresql.conf", "".join(lines))

    def _write_certificate(self) -> None:
        authority = trustme.CA(organization_name="Local PostgreSQL")
        certificate = authority.issue_cert(HOST, "127.0.0.1", OTHER_NAMES)
        authority.cert_pem.write_to_path(self.ca)
        chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        _write_private(self._private / "server.pem", chain.decode())
        key = certificate.private_key_pem.bytes()
        _write_private(self._private / "server.key", key.decode())

    def _give_away(self, path: Path) -> None:
        if self._user:
            for entry in (path, *path.iterdir()):
                os.chown(entry, self._user.pw_uid, self._user.pw_gid)


def _write_private(path: Path, text: str) -> None:
    """Keeps owner and mode of a file that exists already."""
    path.touch(mode=0o600)
    path.write_text(text)
