"""The first look at a PostgreSQL; see `database.check`."""

import socket
import struct

from database.check import Probe, read_only_server, refused_admin
from database.credential import Credential
from postgres_user.postgres import Postgres
from postgres_user.sql import identifier
from rotation.deadline import Deadline
from rotation.errors import TargetError, UnsuitableError

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
"""https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SSLREQUEST"""

_OWNER = "first look"


class PostgresProbe(Probe):
    """Asks a server of PostgreSQL; the session only reads."""

    product = "PostgreSQL"

    def offers_tls(self, connected: socket.socket) -> bool:
        """One byte answers it: S or N, and nothing else before our next packet."""
        connected.sendall(_SSL_REQUEST)
        answer = connected.recv(2)
        if answer not in {b"S", b"N"}:
            raise ValueError("it is not PostgreSQL's protocol")
        return answer == b"S"

    def log_in(self, admin: Credential, *, alternating: bool, deadline: Deadline) -> None:
        """Logs in, and reads what the role may and whether the server may be written to."""
        from postgres_user.connection import Connection, sqlstate  # noqa: PLC0415  # see its docstring

        try:
            session = Connection(admin, session_name=_OWNER, deadline=deadline)
        except TargetError as error:
            raise _told(admin, error, sqlstate(error.__cause__)) from error
        try:
            [[may_create_roles, read_only]] = session.run(
                "SELECT rolcreaterole OR rolsuper, pg_is_in_recovery()"
                " FROM pg_roles WHERE rolname = session_user",
                doing="tell what the admin may do",
            )
        finally:
            session.close()
        if read_only:
            raise read_only_server(admin, "a standby or a replica")
        if not may_create_roles:
            raise UnsuitableError(
                f"The admin {admin.username} may not create roles (CREATEROLE)",
                remedy="Let existing.admin_secret_arn name an admin's secret; or run as one who"
                f" may: ALTER ROLE {identifier(admin.username)} CREATEROLE",
            )
        if alternating:
            Postgres.prove_alternation(admin, owner=_OWNER, deadline=deadline)


def _told(admin: Credential, error: TargetError, code: str) -> TargetError:
    """A login's failure in terms of the settings."""
    match code:
        case "28P01":
            return refused_admin(error)
        case "3D000":
            return UnsuitableError(
                error.cause, remedy="Correct existing.dbname, or create the database"
            )
        case "42501":
            return UnsuitableError(
                error.cause,
                remedy="Run as the database's owner: GRANT CONNECT ON DATABASE"
                f" {identifier(admin.dbname)} TO {identifier(admin.username)}",
            )
        case _:
            return error
