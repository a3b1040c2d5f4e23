"""Real TLS servers and clients: Python's and Node's."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

Document = dict[str, Any]


def context_of(document: Document, protocol: int, folder: Path) -> ssl.SSLContext:
    """What an application makes of a secret, with Python's standard library alone."""
    file = folder / f"{protocol}-{threading.get_ident()}.pem"
    file.write_text(
        f"{document['Certificate']}\n{document['CertificateChain']}\n{document['PrivateKey']}"
    )
    context = ssl.SSLContext(protocol)
    context.load_cert_chain(file)
    context.load_verify_locations(cadata=document["TrustedCertificates"])
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


class Server:
    """Answers each connection with one line, after mutual TLS.

    Attributes:
        context: What new handshakes use.
        failures: What went wrong.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.failures: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._stopped = False
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if self._stopped:
                connection.close()
                return
            threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            with self.context.wrap_socket(connection, server_side=True) as secured:
                secured.sendall(b"hello\n")
        except OSError as error:
            self.failures.append(str(error))

    @contextmanager
    def running(self) -> Iterator["Server"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._stopped = True
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=10).close()
            self._thread.join()
            self._socket.close()


def call(context: ssl.SSLContext, port: int, host: str = "localhost") -> str:
    """One connection; returns what the server answered."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
        secured.makefile() as answer,
    ):
        return answer.readline()


Call = Callable[[ssl.SSLContext, int], str]
