"""Lambda's API, as far as a call of a function goes: an HTTP server that answers as it is told."""

import http.server
import json
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Reply:
    """What a call is answered.

    Attributes:
        body: What the function returned, or Lambda's error.
        status: Of HTTP.
        headers: Besides the usual ones.
    """

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def returned(cls, value: object) -> Self:
        """The function returned a value."""
        return cls(json.dumps(value).encode())

    @classmethod
    def raised(cls, **told: str) -> Self:
        """The function ended with an error."""
        headers = {"X-Amz-Function-Error": "Unhandled"}
        return cls(json.dumps(told).encode(), headers=headers)

    @classmethod
    def refused(cls, code: str, status: int) -> Self:
        """Lambda did not run the function."""
        return cls(b'{"Message": "hunter2"}', status, {"x-amzn-ErrorType": code})


SILENCE = Reply(b"", 0)
"""The connection is kept, and nothing comes."""

HANG_UP = Reply(b"", -1)
"""The connection ends without an answer."""


class LambdaApi:
    """Answers calls of functions; use it as a context manager.

    Attributes:
        url: Where it listens.
        calls: The path and the payload of each call.
        replies: What comes next; the last one is repeated.
    """

    def __init__(self) -> None:
        """Starts to listen."""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.replies: list[Reply] = []
        self._over = threading.Event()
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:  # http.server's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                reply = api.take(self.path, json.loads(body))
                if reply.status <= 0:
                    if reply is SILENCE:
                        api.wait()
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                for name, value in {
                    **reply.headers,
                    "Content-Length": str(len(reply.body)),
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()

    def take(self, path: str, payload: dict[str, Any]) -> Reply:
        """Notes a call and tells what to answer."""
        self.calls.append((path, payload))
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def wait(self) -> None:
        """Ends with the server."""
        self._over.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
