"""The first look at a MySQL or MariaDB; see `database.check`."""

import socket
import struct

from database.check import Probe, read_only_server, refused_admin
from database.credential import Credential
from mysql_user.failures import failure
from mysql_user.mysql import MySQL
from rotation.deadline import Deadline
from rotation.errors import TargetError, UnsuitableError

_OWNER = "first look"

_VERSION_10 = 10
_REFUSAL = 0xFF

_SSL = 0x800
_CAPABILITIES = 0x200 | 0x8000 | _SSL
"""CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION, CLIENT_SSL."""

_UTF8MB4 = 45

_SHORTEST = 4 + 8 + 1 + 2
"""Bytes of a greeting after the version: id, salt, a zero, and the first half of what it can."""

_LARGEST_PACKET = 2**24 - 1


class MySQLProbe(Probe):
    """Asks a server of MySQL or MariaDB; the session only reads."""

    product = "MySQL or MariaDB"

    def offers_tls(self, connected: socket.socket) -> bool:
        """Reads the greeting, and asks for TLS if that offers it.

        https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html
        """
        header = _read(connected, 4)
        greeting = _read(connected, int.from_bytes(header[:3], "little"))
        if greeting[:1] == bytes([_REFUSAL]):
            code, words = struct.unpack_from("<H", greeting, 1)[0], greeting[3:]
            raise failure(code, words.decode(errors="replace"), "let anyone in from this address")
        version, _, rest = greeting[1:].partition(b"\0")
        if greeting[:1] != bytes([_VERSION_10]) or not version or len(rest) < _SHORTEST:
            raise ValueError("it is not MySQL's protocol")
        [capabilities] = struct.unpack_from("<H", rest, _SHORTEST - 2)
        if not capabilities & _SSL:
            return False
        request = struct.pack("<IIB23x", _CAPABILITIES, _LARGEST_PACKET, _UTF8MB4)
        connected.sendall(struct.pack("<I", len(request))[:3] + b"\x01" + request)
        return True

    def log_in(self, admin: Credential, *, alternating: bool, deadline: Deadline) -> None:
        """Logs in, and reads what the admin may and whether the server may be written to."""
        del alternating  # every server can keep twins equal
        try:
            with MySQL.connect(admin, owner=_OWNER, deadline=deadline) as session:
                lacks, read_only = session.lacks(), session.is_read_only()
        except TargetError as error:
            raise _told(admin, error) from error
        if read_only:
            raise read_only_server(admin, "a replica or a reader")
        if lacks:
            raise UnsuitableError(
                f"The admin {admin.username} lacks {', '.join(lacks)}",
                remedy="Let existing.admin_secret_arn name an admin's secret; or run as one who"
                f" may: GRANT {', '.join(lacks)} ON *.* TO that user",
            )


def _read(connected: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        more = connected.recv(length - len(data))
        if not more:
            raise ValueError("it hung up")
        data += more
    return data


def _told(admin: Credential, error: TargetError) -> TargetError:
    """A login's failure in terms of the settings."""
    match getattr(error.__cause__, "args", (None,))[0]:
        case 1045 | 1698:
            return refused_admin(error)
        case 1049:
            return UnsuitableError(
                error.cause, remedy="Correct existing.dbname, or create the schema"
            )
        case 1044:
            return UnsuitableError(
                error.cause,
                remedy=f"Grant {admin.username} a right on the schema {admin.dbname}, or correct"
                " existing.dbname",
            )
        case _:
            return error
