"""Something that listens where a MySQL is expected."""

import contextlib
import socket
import ssl
import struct
from collections.abc import Callable

from fakes.mysql_packets import NONCE, SSL_REQUEST_BYTES, greeting, packet
from tests.postgres_user.impostor import Impostor

Behaviour = Callable[[Impostor, socket.socket], None]

PLUGIN = b"caching_sha2_password"


def without_tls(server: Impostor, connection: socket.socket) -> None:
    connection.sendall(greeting(tls=False, plugin=PLUGIN))
    server.read(connection)


def silent(server: Impostor, _: socket.socket) -> None:
    server.wait()


def silent_after_greeting(server: Impostor, connection: socket.socket) -> None:
    connection.sendall(greeting(plugin=PLUGIN))
    server.read(connection)
    server.wait()


def dripping(server: Impostor, connection: socket.socket) -> None:
    """A byte now and then: no single read takes too long."""
    for byte in greeting(plugin=PLUGIN):
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


def asking(context: ssl.SSLContext, *answers: bytes, plugin: bytes = PLUGIN) -> Behaviour:
    """Speaks TLS, and then answers each packet of the client with one of these."""

    def behaviour(server: Impostor, connection: socket.socket) -> None:
        connection.sendall(greeting(plugin=plugin))
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
    return b"\xfe" + plugin + b"\0" + NONCE + b"\0"


OK = b"\0\0\0\2\0\0\0"
LOCAL_FILE = b"\xfb/etc/passwd"
PUBLIC_KEY = b"\x01-----BEGIN PUBLIC KEY-----"
