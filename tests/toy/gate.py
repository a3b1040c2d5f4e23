"""What the toy opens: a server that takes the tokens that it was told of."""

import threading
from collections import deque
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

_TAKEN = 2
"""How many tokens it takes: the last one, and the one that brought it."""


class Gate(ThreadingHTTPServer):
    """`GET /` asks whether a token is taken, and `PUT /` brings the next one.

    It takes the first token that it is shown, as a lock that comes with its key.

    Attributes:
        closed: Whether it answers 503 to everybody.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.closed = False
        self._tokens: deque[str] = deque(maxlen=_TAKEN)
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """End."""
        self.shutdown()
        self._thread.join()
        self.server_close()

    def takes(self, token: str) -> bool:
        """Whether it takes a token."""
        with self._lock:
            if not self._tokens:
                self._tokens.append(token)
            return token in self._tokens

    def add(self, token: str, *, brought_by: str) -> None:
        """Take one more token."""
        with self._lock:
            self._tokens.extend((brought_by, token))


class _Visit(BaseHTTPRequestHandler):
    server: Gate

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        token = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self._answer():
            self.server.add(token, brought_by=self._token)

    @property
    def _token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def _answer(self) -> bool:
        taken = not self.server.closed and self.server.takes(self._token)
        refusal = HTTPStatus.SERVICE_UNAVAILABLE if self.server.closed else HTTPStatus.UNAUTHORIZED
        self.send_response(HTTPStatus.NO_CONTENT if taken else refusal)
        self.end_headers()
        return taken

    def log_message(self, *_: Any) -> None:
        """Nothing: who looks on is told by the answers."""
