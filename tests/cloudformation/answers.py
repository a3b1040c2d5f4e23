"""Where a custom resource's answers are sent."""

import http.server
import json
import threading
from types import TracebackType
from typing import Any, Self


class Answers:
    """A server to which CloudFormation's signed URLs would lead; use it as a context manager.

    Attributes:
        url: Where an answer is PUT.
        given: The answers that came.
        content_types: Of what type they were said to be.
        refusals: How many requests from now on are refused.
    """

    def __init__(self) -> None:
        """Starts to listen."""
        self.given: list[dict[str, Any]] = []
        self.content_types: list[str | None] = []
        self.refusals = 0
        answers = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self) -> None:  # http.server's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answers.content_types.append(self.headers["Content-Type"])
                refused = answers.take(json.loads(body))
                self.send_response(503 if refused else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/answer"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()

    def take(self, answer: dict[str, Any]) -> bool:
        """Takes one; tells whether it is refused."""
        if self.refusals:
            self.refusals -= 1
            return True
        self.given.append(answer)
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
