"""A server with an HTTP API that accepts tokens, on a port of this machine."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ANSWER = b'{"access_token": "the-Access-Token"}'


@dataclass
class Api:
    """What is accepted, and what came.

    `/moved?to=…` answers with a redirect, `/forbidden` with 403, all else with 200 or 401.

    Attributes:
        url: Without a path.
        accepted: Texts of the header.
        header: In which header they come.
        refusal: The status of a refusal.
        seen: For each request its path, headers and body.
    """

    url: str = ""
    accepted: set[str] = field(default_factory=set)
    header: str = "Authorization"
    refusal: int = 401
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        """The status, and where a redirect points to."""
        self.seen.append((path, headers, body))
        address = urlsplit(path)
        if address.path == "/moved":
            return 307, parse_qs(address.query)["to"][0]
        if address.path == "/forbidden":
            return 403, ""
        return (200 if headers.get(self.header) in self.accepted else self.refusal), ""

    @property
    def shown(self) -> list[str | None]:
        return [headers.get(self.header) for _, headers, _ in self.seen]

    @property
    def bodies(self) -> list[bytes]:
        return [body for _, _, body in self.seen]


@contextmanager
def serving(api: Api, context: ssl.SSLContext | None = None) -> Iterator[Api]:
    """Serves it, over TLS if there is a context."""

    class Exchange(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            if self.headers.get("Transfer-Encoding") == "chunked":
                body = b"".join(self._chunks())
            else:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, location = api.answer(self.path, dict(self.headers), body)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(ANSWER)))
            self.end_headers()
            self.wfile.write(ANSWER)

        def _chunks(self) -> Iterator[bytes]:
            while size := int(self.rfile.readline(), 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()

        do_GET = do_POST = _answer  # noqa: N815  # the standard library's names

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("localhost", 0), Exchange) as server:
        server.daemon_threads = True
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        api.url = f"{'https' if context else 'http'}://localhost:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield api
        server.shutdown()
        thread.join()
