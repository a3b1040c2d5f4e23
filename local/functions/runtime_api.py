"""The Runtime API: how a sandbox asks for the next event and answers it.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import contextlib
import queue
import re
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from local.functions.runtime_messages import Answer, Event, InitFailed, Ready, Report

_ROOT = "/2018-06-01/runtime"
_ANSWER = re.compile(_ROOT + r"/invocation/(?P<request_id>[^/]+)/(?P<kind>response|error)")
# How often the server looks whether it shall end; nobody waits for it.
_POLL_SECONDS = 0.2


class RuntimeApi:
    """The Runtime API of one sandbox, on a loopback port of its own."""

    def __init__(self) -> None:
        self._events: queue.Queue[Event | None] = queue.Queue()
        self._reports: queue.Queue[Report] = queue.Queue()
        self._current: str | None = None
        self._server = _Server(self)

    def __enter__(self) -> Self:
        threading.Thread(
            target=self._serve, name=f"runtime-api-{self.address}", daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._events.put(None)
        # From a thread of its own, because it returns only when the server has looked up.
        threading.Thread(target=self._server.shutdown, daemon=True).start()

    @property
    def address(self) -> str:
        """Host and port, as `AWS_LAMBDA_RUNTIME_API` has it."""
        return f"127.0.0.1:{self._server.server_port}"

    def deliver(self, event: Event) -> None:
        """Hand the sandbox its next event."""
        self._events.put(event)

    def report(self, report: Report) -> None:
        """Note what the sandbox did."""
        self._reports.put(report)

    def wait(self, seconds: float) -> Report | None:
        """Wait for what the sandbox does next.

        Returns:
            Its report; None if there was none in time.
        """
        try:
            return self._reports.get(timeout=max(seconds, 0))
        except queue.Empty:
            return None

    def next_event(self) -> Event | None:
        """Wait for an event to hand out; None once the API is closed."""
        self.report(Ready())
        event = self._events.get()
        self._current = event.request_id if event else None
        return event

    def answer(self, request_id: str, answer: Answer) -> bool:
        """Take an answer; False if it isn't to the event that is being handled."""
        if request_id != self._current:
            return False
        self._current = None
        self.report(answer)
        return True

    def _serve(self) -> None:
        with self._server as server:
            server.serve_forever(_POLL_SECONDS)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: RuntimeApi) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without it the second small packet of an answer waits for the first one's acknowledgement.
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        # A process that is killed does not close its connection first.
        with contextlib.suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        if self.path != f"{_ROOT}/invocation/next":
            return self._send(HTTPStatus.NOT_FOUND)
        event = self.server.api.next_event()
        if event is None:
            self.close_connection = True
            return None
        return self._send(HTTPStatus.OK, event.payload, _headers(event))

    def do_POST(self) -> None:
        payload = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == f"{_ROOT}/init/error":
            self.server.api.report(InitFailed(payload))
            return self._send(HTTPStatus.ACCEPTED, b'{"status": "OK"}')
        match = _ANSWER.fullmatch(self.path)
        if not match:
            return self._send(HTTPStatus.NOT_FOUND)
        answer = Answer(payload, failed=match["kind"] == "error")
        if not self.server.api.answer(match["request_id"], answer):
            return self._send(HTTPStatus.BAD_REQUEST, b'{"errorType": "InvalidRequestID"}')
        return self._send(HTTPStatus.ACCEPTED, b'{"status": "OK"}')

    def log_message(self, *_: object) -> None:
        """Log nothing: the function's own log tells what happened."""

    def _send(
        self, status: HTTPStatus, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _headers(event: Event) -> dict[str, str]:
    headers = {
        "Lambda-Runtime-Aws-Request-Id": event.request_id,
        "Lambda-Runtime-Deadline-Ms": str(event.deadline),
        "Lambda-Runtime-Invoked-Function-Arn": event.function_arn,
        "Lambda-Runtime-Trace-Id": event.trace_id,
    }
    if event.client_context:
        headers["Lambda-Runtime-Client-Context"] = event.client_context
    return headers
