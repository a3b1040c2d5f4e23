"""Something that listens where a MySQL or MariaDB is expected.

https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
"""

import socket
import ssl
import struct

from tests.postgres_user.impostor import Behaviour, Impostor

_LONG_PASSWORD, _PROTOCOL_41, _SSL, _SECURE = 0x1, 0x200, 0x800, 0x8000
_PLUGIN_AUTH, _CONNECT_WITH_DB = 0x80000, 0x8
_ALWAYS = _LONG_PASSWORD | _PROTOCOL_41 | _SECURE | _PLUGIN_AUTH | _CONNECT_WITH_DB
_NONCE = b"0123456789abcdefghij"
_PLUGIN = b"mysql_native_password"


def packet(number: int, payload: bytes) -> bytes:
    return struct.pack("<I", len(payload))[:3] + bytes([number]) + payload


def greeting(*, tls: bool, plugin: bytes = _PLUGIN) -> bytes:
    """What a server says first."""
    capabilities = _ALWAYS | (_SSL if tls else 0)
    return packet(
        0,
        b"\x0a8.4.0\0"
        + struct.pack("<I", 7)
        + _NONCE[:8]
        + b"\0"
        + struct.pack("<HBHHB", capabilities & 0xFFFF, 45, 2, capabilities >> 16, 21)
        + bytes(10)
        + _NONCE[8:]
        + b"\0"
        + plugin
        + b"\0",
    )


def without_tls(server: Impostor, connection: socket.socket) -> None:
    """Speaks no TLS, and asks whoever goes on for the password itself."""
    connection.sendall(greeting(tls=False))
    if server.read(connection):
        connection.sendall(packet(2, b"\xfemysql_clear_password\0"))
        server.read(connection)


def silent(server: Impostor, _: socket.socket) -> None:
    server.wait()


def silent_after_greeting(server: Impostor, connection: socket.socket) -> None:
    connection.sendall(greeting(tls=True))
    server.wait()


def garbling(server: Impostor, connection: socket.socket) -> None:
    connection.sendall(packet(0, b"\xff\xfe\xfd"))
    server.read(connection)


def hanging_up(server: Impostor, connection: socket.socket) -> None:
    connection.sendall(greeting(tls=True))
    server.read(connection)


def answering(context: ssl.SSLContext, answer: bytes = b"") -> Behaviour:
    """Speaks TLS, takes the login, and answers like this; or goes away."""

    def behaviour(server: Impostor, connection: socket.socket) -> None:
        connection.sendall(greeting(tls=True))
        connection.recv(36)  # the question for TLS, and nothing of what comes after it
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
