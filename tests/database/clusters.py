"""Clusters of a writer and a reader that is behind it, under the names that Aurora gives them."""

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
import trustme

from local.database_errors import BinariesNotFoundError
from local.database_process import DatabaseProcess
from local.mariadb import MariaDBServer
from local.postgres import PostgresServer
from local.server_folder import ServerFolder

WRITER = "orders.cluster-abcdefghijkl.rds.localhost"
READERS = "orders.cluster-ro-abcdefghijkl.rds.localhost"

ADDRESSES = {WRITER: "127.0.0.1", READERS: "127.0.0.2"}
"""A cluster has one port."""

BEHIND_SECONDS = 1
"""By how much the reader follows."""

_AUTHORITY = trustme.CA(organization_name="A cluster's")


def certify(folder: ServerFolder) -> None:
    """Gives a server a certificate for the cluster's names too."""
    issued = _AUTHORITY.issue_cert("localhost", *ADDRESSES, *ADDRESSES.values())
    _AUTHORITY.cert_pem.write_to_path(folder.ca)
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
    folder.write(folder.certificate, chain.decode())
    folder.write(folder.key, issued.private_key_pem.bytes().decode())


class PostgresWriter(PostgresServer):
    """What a standby copies, and then follows."""

    def _create(self, folder: ServerFolder, binaries: Path) -> list[str]:
        certify(folder)
        command = super()._create(folder, binaries)
        access = folder.private / "data" / "pg_hba.conf"
        lines = f"hostssl replication {self.superuser} all scram-sha-256\n"
        folder.write(access, access.read_text() + lines)
        return command


class PostgresReader(PostgresServer):
    """A hot standby."""

    host = ADDRESSES[READERS]

    def __init__(self, writer: PostgresWriter) -> None:
        super().__init__(port=writer.port)
        self.superuser_password = writer.superuser_password
        self._writer = writer

    def _create(self, folder: ServerFolder, binaries: Path) -> list[str]:
        certify(folder)
        command = super()._create(folder, binaries)
        program, data = Path(command[0]), folder.private / "data"
        settings = (data / "postgresql.conf").read_text()
        shutil.rmtree(data)
        writer = (
            f"host=127.0.0.1 port={self._writer.port} user={self.superuser}"
            f" password={self.superuser_password} sslmode=require sslcert=none sslrootcert=none"
        )
        base = [f"{program.parent}/pg_basebackup", f"--pgdata={data}", f"--dbname={writer}"]
        folder.run([*base, "--write-recovery-conf", "--checkpoint=fast"], name="pg_basebackup")
        settings += f"listen_addresses = '{self.host}'\n"
        settings += f"recovery_min_apply_delay = '{BEHIND_SECONDS}s'\n"
        folder.write(data / "postgresql.conf", settings)
        return command

    def _settle(self) -> None:
        """Nothing: all there is comes from the writer."""


class MariaDBMember(MariaDBServer):
    """One whose certificate is for the cluster."""

    def _create(self, folder: ServerFolder, binaries: Path) -> list[str]:
        certify(folder)
        return super()._create(folder, binaries)


class MariaDBWriter(MariaDBMember):
    """What a replica follows from the first statement in its binary log."""


class MariaDBReader(MariaDBMember):
    """A replica."""

    host = ADDRESSES[READERS]

    def __init__(self, writer: MariaDBWriter) -> None:
        settings = {"bind_address": self.host, "read_only": "ON", "server_id": "2"}
        super().__init__(port=writer.port, settings=settings)
        self._writer = writer

    def _settle(self) -> None:
        with self.connect() as session, session.cursor() as cursor:
            cursor.execute(
                "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = %s, MASTER_USER = %s,"
                " MASTER_PASSWORD = %s, MASTER_SSL = 1, MASTER_SSL_VERIFY_SERVER_CERT = 0,"
                " MASTER_USE_GTID = slave_pos, MASTER_DELAY = %s",
                (self.port, self.superuser, self._writer.superuser_password, BEHIND_SECONDS),
            )
            cursor.execute("START SLAVE")


SomeWriter = TypeVar("SomeWriter", bound=DatabaseProcess)


def of(
    writers: type[SomeWriter], readers: Callable[[SomeWriter], DatabaseProcess]
) -> Iterator[SomeWriter]:
    """Runs a cluster; skips the test where it can't be had.

    Args:
        writers: What its writer is.
        readers: What follows that.
    """
    with socket.socket() as probe:
        try:
            probe.bind((ADDRESSES[READERS], 0))
        except OSError:
            pytest.skip(f"this machine has no address {ADDRESSES[READERS]}")
    writer = writers()
    try:
        writer.start()
    except BinariesNotFoundError as error:
        pytest.skip(str(error))
    try:
        with readers(writer):
            yield writer
    finally:
        writer.stop()


def resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the names of the cluster lead to its servers, in this process."""
    known = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
        return known(ADDRESSES.get(cast("str", host), host), *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
