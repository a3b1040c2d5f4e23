"""The way of the applications to Secrets Manager, with faults."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import urllib3

SLOW_SECONDS = 1.0


class Fault(Enum):
    """What is wrong with Secrets Manager."""

    SLOW = "slow"
    DOWN = "down"
    THROTTLED = "throttled"


class Front:
    """Passes calls on to Secrets Manager; use it as a context manager.

    Rotations do not come this way: they go on while the applications can't read.

    Attributes:
        url: Where the applications find Secrets Manager.
    """

    def __init__(self, url: str) -> None:
        """Opens a port; entering the context serves it.

        Args:
            url: Secrets Manager itself.
        """
        self._target = url
        self._pool = urllib3.PoolManager(maxsize=64)
        self._fault: Fault | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Exchange, self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._pool.clear()

    @contextmanager
    def failing(self, fault: Fault) -> Iterator[None]:
        """Let a fault be, for a while."""
        self._fault = fault
        try:
            yield
        finally:
            self._fault = None

    def answer(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes] | None:
        """Answer a call.

        Returns:
            Status and body; None to cut the connection.
        """
        fault = self._fault
        if fault is Fault.DOWN:
            return None
        if fault is Fault.THROTTLED:
            refusal = {"__type": "ThrottlingException", "message": "Rate exceeded"}
            return HTTPStatus.BAD_REQUEST, json.dumps(refusal).encode()
        if fault is Fault.SLOW:
            time.sleep(SLOW_SECONDS)
        answer = self._pool.request("POST", self._target, body=body, headers=headers)
        return answer.status, answer.data


class _Exchange(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, front: Front, *connection: Any) -> None:  # noqa: ANN401 - socketserver's, passed on
        self._front = front
        super().__init__(*connection)

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answered = self._front.answer(dict(self.headers), body)
        if answered is None:
            self.close_connection = True
            return
        status, content = answered
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log nothing."""
