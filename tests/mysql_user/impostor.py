"""Something that listens where a MySQL is expected."""

import contextlib
import socket
import ssl
import struct
from collections.abc import Callable

from tests.postgres_user.impostor import Impostor

Behaviour = Callable[[Impostor, socket.socket], None]

SSL = 0x800
_CAPABILITIES = 0x8000 | 0x200 | SSL | 0x80000 | 0x1 | 0x8

SSL_REQUEST_BYTES = 36

SALT = b"12345678" + b"901234567890"


def packet(number: int, payload: bytes) -> bytes:
    return struct.pack("<I", len(payload))[:3] + bytes([number]) + payload


def greeting(plugin: bytes = b"caching_sha2_password", capabilities: int = _CAPABILITIES) -> bytes:
    return packet(
        0,
        b"\x0a8.4.0\0"
        + struct.pack("<I", 7)
        + SALT[:8]
        + b"\0"
        + struct.pack("<HBHHB", capabilities & 0xFFFF, 45, 2, capabilities >> 16, 21)
        + b"\0" * 10
        + SALT[8:]
        + b"\0"
        + plugin
        + b"\0",
    )


def without_tls(server: Impostor, connection: socket.socket) -> None:
    connection.sendall(greeting(capabilities=_CAPABILITIES & ~SSL))
    server.read(connection)


def silent(server: Impostor, _: socket.socket) -> None:
    server.wait()


def silent_after_greeting(server: Impostor, connection: socket.socket) -> None:
    connection.sendall(greeting())
    server.read(connection)
    server.wait()


def dripping(server: Impostor, connection: socket.socket) -> None:
    """A byte now and then: no single read takes too long."""
    for byte in greeting():
        connection.sendall(bytes([byte]))
        if server._over.wait(0.1):
            return


def garbling(server: Impostor, connection: socket.socket) -> None:
    connection.sendall(b"\xff\xfe\xfd" * 20)
    server.read(connection)


def hanging_up(server: Impostor, connection: socket.socket) -> None:
    """Says nothing, and goes."""


def blocking(server: Impostor, connection: socket.socket) -> None:
    words = b"Host '10.0.0.1' is blocked because of many connection errors"
    connection.sendall(packet(0, b"\xff" + struct.pack("<H", 1129) + words))


def asking(
    context: ssl.SSLContext, *answers: bytes, plugin: bytes = b"caching_sha2_password"
) -> Behaviour:
    """Speaks TLS, and then answers each packet of the client with one of these."""

    def behaviour(server: Impostor, connection: socket.socket) -> None:
        connection.sendall(greeting(plugin))
        _read_request(server, connection)
        with (
            contextlib.suppress(OSError),
            context.wrap_socket(connection, server_side=True) as encrypted,
        ):
            for number, answer in enumerate(answers):
                server.read(encrypted)
                encrypted.sendall(packet(3 + 2 * number, answer))
            server.read(encrypted)

    return behaviour


def _read_request(server: Impostor, connection: socket.socket) -> None:
    """The request for TLS and no more: its first packet follows without a wait."""
    request = connection.recv(SSL_REQUEST_BYTES, socket.MSG_WAITALL)
    server.received += request


def switch_to(plugin: bytes) -> bytes:
    """Asks for a proof in another way."""
    return b"\xfe" + plugin + b"\0" + SALT + b"\0"


OK = b"\0\0\0\2\0\0\0"
LOCAL_FILE = b"\xfb/etc/passwd"
PUBLIC_KEY = b"\x01-----BEGIN PUBLIC KEY-----"
