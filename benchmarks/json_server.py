"""A server on a loopback port that stands for an AWS service with a JSON protocol."""

import threading
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, Self


class Service(Protocol):
    """What answers."""

    def answer(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes] | None:
        """Answer a call with its status and body; with None to cut the connection."""


class JsonServer:
    """Serves while it is entered.

    Attributes:
        http: The server, for what has to be added before it is entered.
        port: Where it listens.
    """

    def __init__(self, service: Service) -> None:
        """Opens the port.

        Args:
            service: What answers.
        """
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Exchange, service))
        self.http.daemon_threads = True
        self.port = self.http.server_port
        self._thread = threading.Thread(target=self.http.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self._thread.join()
        self.http.server_close()


class _Exchange(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    # Without it the second small packet of an answer waits for the first one's acknowledgement.
    disable_nagle_algorithm = True

    def __init__(self, service: Service, *connection: Any) -> None:  # noqa: ANN401 - socketserver's, passed on
        self._service = service
        super().__init__(*connection)

    def handle(self) -> None:
        # A process that was ended does not close its connections first.
        with suppress(ConnectionError):
            super().handle()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answered = self._service.answer(dict(self.headers), body)
        if answered is None:
            self.close_connection = True
            return
        status, content = answered
        self.send_response(HTTPStatus(status))
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log nothing: it would take time."""
