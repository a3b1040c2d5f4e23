"""Whoever may stand where a MySQL or MariaDB was."""

import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping

import trustme

from fakes.mysql_packets import NONCE, greeting, packet
from tests.faults.subject import Untrusted
from tests.postgres_user.impostor import Behaviour, Impostor, certificate
from tests.postgres_user.impostor import silent as silent_server

_HEADER_BYTES = 4
_QUESTION = rb".\0\0\x01.{32}"
"""The question for TLS: what the client can, the longest packet, a character set, zeros.

https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_ssl_request.html
"""
_DRIP_SECONDS = 0.5

_CLEAR = b"mysql_clear_password"
_OLD = b"mysql_old_password"


def untrusted(known: trustme.CA) -> Mapping[str, Untrusted]:
    """Servers that are not the right one; see `Subject.untrusted`."""
    unknown = certificate(trustme.CA(), "localhost")
    misnamed = certificate(known, "elsewhere")
    return {
        "without TLS": Untrusted(_without_tls, _is(rb"")),
        "of an unknown authority": Untrusted(_asking(_CLEAR, unknown), _is(_QUESTION)),
        "of another name": Untrusted(_asking(_CLEAR, misnamed), _is(_QUESTION)),
    }


def silent(known: trustme.CA) -> Mapping[str, Behaviour]:
    """Servers from which nothing can be had, trusted ones too; see `Subject.silent`."""
    trusted = certificate(known, "localhost")
    return {
        "silent": silent_server,
        "silent after the question for TLS": _silent_after_question,
        "silent after the login began": _silent_within(trusted),
        "sending a byte now and then": _dripping,
        "sending nonsense": _garbling,
        "hanging up": _hanging_up,
        "asking for the password instead of TLS": _asking(_CLEAR, None),
        "asking for the password": _asking(_CLEAR, trusted),
        "asking for an old hash": _asking(_OLD, trusted),
    }


def _is(pattern: bytes) -> Callable[[bytes], bool]:
    compiled = re.compile(pattern, re.DOTALL)
    return lambda received: compiled.fullmatch(received) is not None


def _read_packet(server: Impostor, connection: socket.socket) -> None:
    """Reads no more: TLS begins right after it, and not in this process."""
    header = server.read(connection, _HEADER_BYTES)
    size = int.from_bytes(header[:3], "little")
    while size > 0 and (data := server.read(connection, size)):
        size -= len(data)


def _without_tls(server: Impostor, connection: socket.socket) -> None:
    connection.sendall(greeting(tls=False))
    server.read(connection)


def _asking(plugin: bytes, context: ssl.SSLContext | None) -> Behaviour:
    """Asks for a proof of another kind, within TLS or in its place."""

    def behaviour(server: Impostor, connection: socket.socket) -> None:
        connection.sendall(greeting())
        _read_packet(server, connection)
        if context is None:
            _ask(server, connection, 2)
            return
        with context.wrap_socket(connection, server_side=True) as encrypted:
            _read_packet(server, encrypted)
            _ask(server, encrypted, 3)

    def _ask(server: Impostor, connection: socket.socket, number: int) -> None:
        connection.sendall(packet(number, b"\xfe" + plugin + b"\0" + NONCE + b"\0"))
        server.read(connection)

    return behaviour


def _silent_after_question(server: Impostor, connection: socket.socket) -> None:
    connection.sendall(greeting())
    _read_packet(server, connection)
    server.wait()


def _silent_within(context: ssl.SSLContext) -> Behaviour:
    def behaviour(server: Impostor, connection: socket.socket) -> None:
        connection.sendall(greeting())
        _read_packet(server, connection)
        with context.wrap_socket(connection, server_side=True):
            server.wait()

    return behaviour


def _dripping(_: Impostor, connection: socket.socket) -> None:
    """Never lets a read time out, and never gets to the point."""
    for byte in b"\x40\x00\x00\x00\x0a" + bytes(range(1, 100)):
        time.sleep(_DRIP_SECONDS)
        connection.sendall(bytes([byte]))


def _garbling(server: Impostor, connection: socket.socket) -> None:
    connection.sendall(b"\xff\xfe\xfd\xfc\xfb")
    server.read(connection)


def _hanging_up(_: Impostor, connection: socket.socket) -> None:
    connection.sendall(greeting())
