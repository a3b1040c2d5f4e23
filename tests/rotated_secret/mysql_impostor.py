"""Something that listens where a MySQL or MariaDB is expected.

https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
"""

import socket
import ssl
import struct

from fakes.mysql_packets import SSL_REQUEST_BYTES, greeting, packet
from tests.postgres_user.impostor import Behaviour, Impostor


def without_tls(server: Impostor, connection: socket.socket) -> None:
    """Speaks no TLS, and asks whoever goes on for the password itself."""
    connection.sendall(greeting(tls=False))
    if server.read(connection):
        connection.sendall(packet(2, b"\xfemysql_clear_password\0"))
        server.read(connection)


def silent(server: Impostor, _: socket.socket) -> None:
    server.wait()


def silent_after_greeting(server: Impostor, connection: socket.socket) -> None:
    connection.sendall(greeting())
    server.wait()


def garbling(server: Impostor, connection: socket.socket) -> None:
    connection.sendall(packet(0, b"\xff\xfe\xfd"))
    server.read(connection)


def hanging_up(server: Impostor, connection: socket.socket) -> None:
    connection.sendall(greeting())
    server.read(connection)


def answering(context: ssl.SSLContext, answer: bytes = b"") -> Behaviour:
    """Speaks TLS, takes the login, and answers like this; or goes away."""

    def behaviour(server: Impostor, connection: socket.socket) -> None:
        connection.sendall(greeting())
        # The question for TLS, and nothing of what comes after it.
        connection.recv(SSL_REQUEST_BYTES)
        with context.wrap_socket(connection, server_side=True) as encrypted:
            server.read(encrypted)
            if answer:
                encrypted.sendall(packet(3, answer))
                server.read(encrypted)

    return behaviour


def err_packet(number: int, words: str) -> bytes:
    """How a server refuses."""
    return b"\xff" + struct.pack("<H", number) + b"#HY000" + words.encode()


def refusing_at_once(number: int, words: str) -> Behaviour:
    """Says what is wrong instead of a greeting, and hence without an SQLSTATE."""

    def behaviour(server: Impostor, connection: socket.socket) -> None:
        connection.sendall(packet(0, b"\xff" + struct.pack("<H", number) + words.encode()))
        server.read(connection)

    return behaviour
