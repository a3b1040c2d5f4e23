"""The tests' Secrets Manager behind TLS, so that a handler pays for each call as it does on AWS."""

import json
import re
import secrets
import threading
import time
from contextlib import suppress
from datetime import datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from botocore.exceptions import ClientError

from benchmarks.rotation.authority import Authority
from tests.rotation.secrets_manager import SecretsManager

_TARGET = re.compile(r"secretsmanager\.(\w+)")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class ServedSecretsManager:
    """Serves one Secrets Manager on a loopback port; use it as a context manager.

    Attributes:
        url: Where it listens.
        calls: When each call arrived, on the monotonic clock.
    """

    def __init__(self, service: SecretsManager, authority: Authority) -> None:
        """Opens the port; entering the context serves it.

        Args:
            service: What answers.
            authority: Vouches for it.
        """
        self.calls: list[float] = []
        self._service = service
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Exchange, self))
        self._server.daemon_threads = True
        # The handshake is left to the connection's own thread.
        self._server.socket = authority.context("localhost").wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"https://localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def forget(self) -> None:
        """Begin the list of calls anew."""
        self.calls = []

    def answer(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Carry out a call.

        Raises:
            ClientError: The service refuses it.
        """
        self.calls.append(time.monotonic())
        if operation == "GetRandomPassword":
            # Of 32 characters, as many as are asked for by default; which ones does not matter.
            return {"RandomPassword": secrets.token_hex(16)}
        method = getattr(self._service, _CAPITAL.sub("_", operation).lower())
        result: dict[str, Any] = method(**arguments)
        return result


class _Exchange(BaseHTTPRequestHandler):
    """One connection: https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html."""

    protocol_version = "HTTP/1.1"
    # Without it the second small packet of an answer waits for the first one's acknowledgement.
    disable_nagle_algorithm = True

    def __init__(self, service: ServedSecretsManager, *connection: Any) -> None:  # noqa: ANN401 - socketserver's, passed on
        self._service = service
        super().__init__(*connection)

    def handle(self) -> None:
        # A process that was ended does not close its connections first.
        with suppress(ConnectionError):
            super().handle()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        target = _TARGET.fullmatch(self.headers["X-Amz-Target"])
        operation = target[1] if target else ""
        try:
            self._send(HTTPStatus.OK, self._service.answer(operation, json.loads(body)))
        except ClientError as error:
            self._send(HTTPStatus.BAD_REQUEST, {"__type": error.response["Error"]["Code"]})

    def log_message(self, *_: object) -> None:
        """Log nothing: a call is counted."""

    def _send(self, status: HTTPStatus, answer: dict[str, Any]) -> None:
        body = json.dumps(answer, default=datetime.timestamp).encode()  # seconds since 1970
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
