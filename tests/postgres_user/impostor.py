"""Something that listens where a PostgreSQL is expected."""

import contextlib
import gc
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator

import pytest
import trustme
from pg8000.core import CoreConnection

SSL_REQUEST = bytes.fromhex("0000000804d2162f")

Behaviour = Callable[["Impostor", socket.socket], None]


class Impostor:
    """Answers each connection as told; counts them, and remembers what it was sent."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.received = b""
        self.met = 0
        self._behaviour = behaviour
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._over = threading.Event()

    def read(self, connection: socket.socket, most: int = 4096) -> bytes:
        data = connection.recv(most)
        self.received += data
        return data

    def wait(self) -> None:
        """Says nothing until the test is over."""
        self._over.wait(60)

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.met += 1
            with connection, contextlib.suppress(OSError):
                self._behaviour(self, connection)

    def close(self) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextlib.contextmanager
def impostor(behaviour: Behaviour) -> Iterator[Impostor]:
    server = Impostor(behaviour)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()


def certificate(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def without_tls(server: Impostor, connection: socket.socket) -> None:
    server.read(connection)
    connection.sendall(b"N")
    server.read(connection)


def silent(server: Impostor, _: socket.socket) -> None:
    server.wait()


def silent_after_tls(server: Impostor, connection: socket.socket) -> None:
    server.read(connection)
    connection.sendall(b"S")
    server.wait()


def garbling(server: Impostor, connection: socket.socket) -> None:
    server.read(connection)
    connection.sendall(b"\xff\xfe\xfd")
    server.read(connection)


def hanging_up(server: Impostor, connection: socket.socket) -> None:
    server.read(connection)


def with_certificate(context: ssl.SSLContext) -> Behaviour:
    """Speaks TLS, and then asks for the password in plain text."""

    def behaviour(server: Impostor, connection: socket.socket) -> None:
        server.read(connection)
        connection.sendall(b"S")
        with context.wrap_socket(connection, server_side=True) as encrypted:
            server.read(encrypted)
            encrypted.sendall(b"R\0\0\0\x08\0\0\0\x03")
            server.read(encrypted)

    return behaviour


def refusing_settings(context: ssl.SSLContext) -> Behaviour:
    """Refuses what a session wants to begin with, as poolers do."""
    fields = b"SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: search_path\0\0"

    def behaviour(server: Impostor, connection: socket.socket) -> None:
        server.read(connection)
        connection.sendall(b"S")
        with context.wrap_socket(connection, server_side=True) as encrypted:
            server.read(encrypted)
            encrypted.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)

    return behaviour


def going_away(context: ssl.SSLContext) -> Behaviour:
    """Speaks TLS, and resets the connection then, as a server does that is stopped."""

    def behaviour(server: Impostor, connection: socket.socket) -> None:
        server.read(connection)
        connection.sendall(b"S")
        with context.wrap_socket(connection, server_side=True) as encrypted:
            reset_when_closed = struct.pack("ii", 1, 0)
            encrypted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset_when_closed)

    return behaviour


def gone_before_goodbye(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets each server be gone when pg8000 says goodbye, as some proxies are."""
    say_goodbye = CoreConnection.close

    def close(connection: CoreConnection) -> None:
        connection._usock.shutdown(socket.SHUT_RDWR)
        say_goodbye(connection)

    monkeypatch.setattr(CoreConnection, "close", close)


def open_sockets() -> set[ssl.SSLSocket]:
    """The ends of TLS connections in this process that nobody has closed."""
    sockets = [some for some in gc.get_objects() if isinstance(some, ssl.SSLSocket)]
    return {some for some in sockets if some.fileno() >= 0}
