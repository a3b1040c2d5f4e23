"""Servers that answer over TLS as told, and count who connects."""

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import trustme

Behaviour = Callable[["Server", ssl.SSLSocket], None]


@dataclass
class Server:
    """A listener.

    Attributes:
        port: Where it listens.
        connections: How many connected.
        received: What they sent, after TLS.
    """

    listener: socket.socket
    context: ssl.SSLContext | None
    behaviour: Behaviour
    connections: int = 0
    received: bytes = b""
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def read(self, connection: ssl.SSLSocket) -> bytes:
        """One request, or as much of it as there is."""
        data = b""
        while not _whole(data) and (more := connection.recv(65_536)):
            data += more
        self.received += data
        return data

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self.context is None:
                self.over.wait(60)
                return
            with self.context.wrap_socket(connection, server_side=True) as secure:
                self.behaviour(self, secure)


@contextlib.contextmanager
def serving(
    behaviour: Behaviour, *, authority: trustme.CA | None, name: str = "localhost"
) -> Iterator[Server]:
    """A server with a certificate for a name; one that says nothing if there is no authority."""
    context = None
    if authority:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(name).configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener, context, behaviour)
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _whole(data: bytes) -> bool:
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return b"\r\n\r\n" in data and len(body) >= int(length[1] if length else 0)


def answering(*parts: bytes, pause: float = 0) -> Behaviour:
    """Answers each request with these bytes."""

    def behaviour(server: Server, connection: ssl.SSLSocket) -> None:
        server.read(connection)
        for part in parts:
            connection.sendall(part)
            if pause and server.over.wait(pause):
                return

    return behaviour


def http(status: str, body: bytes = b"{}", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
