"""A pooler in front of a server, as far as an application notices it: how it refuses a login."""

import socket
import ssl
import struct

from tests.postgres_user.impostor import Behaviour, Impostor

_ASKING_FOR_A_PASSWORD = b"R\0\0\0\x08\0\0\0\x03"


def refusing(context: ssl.SSLContext, code: str, words: str) -> Behaviour:
    """Speaks TLS, takes the password, and answers with an error.

    https://www.postgresql.org/docs/current/protocol-error-fields.html

    Args:
        context: Its TLS.
        code: The SQLSTATE.
        words: The message.
    """
    fields = b"".join(
        field + text.encode() + b"\0"
        for field, text in ((b"S", "FATAL"), (b"C", code), (b"M", words))
    )
    error = b"E" + struct.pack("!I", 4 + len(fields) + 1) + fields + b"\0"

    def behaviour(server: Impostor, connection: socket.socket) -> None:
        server.read(connection)
        connection.sendall(b"S")
        with context.wrap_socket(connection, server_side=True) as encrypted:
            server.read(encrypted)
            encrypted.sendall(_ASKING_FOR_A_PASSWORD)
            server.read(encrypted)
            encrypted.sendall(error)

    return behaviour
