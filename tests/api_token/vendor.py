"""An API over HTTPS that lists its tokens: with names, page by page."""

import contextlib
import itertools
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme

from tests.iam_access_key.clock import Clock

KEY = "the-key-that-manages"
_IDS = itertools.count(1000)


@dataclass
class Vendor:
    """The API's state.

    Attributes:
        url: Where it is.
        authority: File with the authority of its certificate.
        clock: What its tokens' times go by.
        page: How many tokens a page has.
        link_header: Whether the next page is told in a header.
        elsewhere: What the URLs of next pages begin with instead of its own.
        tokens: Its tokens by their ids, also those that were revoked.
        most: How many it allows.
        links: The header Link with a place for the URL; a line for each one, if there are several.
        lags: How often a new token is refused at first.
    """

    url: str
    authority: str
    clock: Clock = field(default_factory=Clock)
    page: int = 100
    link_header: bool = False
    elsewhere: str = ""
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    most: int = 100
    links: str = '<https://x/>; rel="first", <{}>; rel="next"'
    lags: int = 0

    def add(self, name: str, **more: Any) -> dict[str, Any]:
        number = str(next(_IDS))
        made = {
            "id": int(number),
            "name": name,
            "token": f"secret-{number}",
            "created_at": self.clock.now().astimezone(UTC).isoformat(),
            "active": True,
            "revoked": False,
            "refused": self.lags,
            **more,
        }
        self.tokens[number] = made
        return made

    def accepts(self, secret: str) -> bool:
        for token in self.tokens.values():
            if token["token"] == secret and not token["revoked"]:
                token["refused"] -= 1
                return bool(token["refused"] < 0)
        return False

    def declaration(self) -> dict[str, Any]:
        manager = {"X-Key": "{management.key}"}
        return {
            "token": "token",
            "id": "token_id",
            "issue": {
                "url": f"{self.url}/tokens",
                "headers": manager,
                "json": {"name": "rotated {name}"},
                "answers": {"full": [409]},
                "fields": {"token": "/data/token", "token_id": "/data/id"},
            },
            "prove": {"url": f"{self.url}/me", "headers": {"X-Token": "{secret.token}"}},
            "revoke": {"url": f"{self.url}/tokens/{{id}}", "headers": manager},
            "list": {
                "url": f"{self.url}/tokens?page=0",
                "headers": manager,
                "items": "/data",
                "id": "/id",
                "name": "/name",
                "created": "/created_at",
                "active": "/active",
                "gone": "/revoked",
                "next": "link-header" if self.link_header else "/next",
            },
        }

    def issue(self, name: str) -> tuple[int, Any]:
        if len([each for each in self.tokens.values() if not each["revoked"]]) >= self.most:
            return 409, {}
        return 201, {"data": self.add(name)}

    def listed(self, number: int) -> tuple[Any, str]:
        tokens = [*self.tokens.values()]
        here = tokens[number * self.page : (number + 1) * self.page]
        more = len(tokens) > (number + 1) * self.page
        following = f"{self.elsewhere or self.url}/tokens?page={number + 1}" if more else ""
        public = [{k: v for k, v in each.items() if k not in {"token", "refused"}} for each in here]
        return {"data": public, "next": following or None}, following


@contextlib.contextmanager
def vendor(folder: Path, **state: Any) -> Iterator[Vendor]:
    """The API, served."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "vendor.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    made = Vendor(f"https://localhost:{server.server_port}", str(folder / "vendor.pem"), **state)
    Handler.vendors[server.server_port] = made
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    vendors: dict[int, Vendor] = {}  # noqa: RUF012 - one for each port

    def _serve(self) -> None:
        api = self.vendors[self.server.server_port]  # type: ignore[attr-defined]
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        path, number = urlsplit(self.path).path, self.path.rpartition("/")[2]
        if path == "/me":
            self._answer(200 if api.accepts(self.headers.get("X-Token", "")) else 401, {})
        elif self.headers.get("X-Key") != KEY:
            self._answer(403, {})
        elif self.command == "POST":
            self._answer(*api.issue(body["name"]))
        elif self.command == "GET":
            page = int(parse_qs(urlsplit(self.path).query)["page"][0])
            listed, following = api.listed(page)
            self._answer(200, listed, following if api.link_header else "")
        else:
            found = api.tokens.get(number)
            self._answer(204 if found and not found["revoked"] else 404, None)
            if found:
                found.update(revoked=True, active=False)

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the class's own names

    def _answer(self, status: int, body: Any, following: str = "") -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        if following:
            api = self.vendors[self.server.server_port]  # type: ignore[attr-defined]
            for line in api.links.splitlines():
                self.send_header("Link", line.format(following))
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing of it is printed."""


def seen(api: Vendor) -> set[str]:
    """Ids of the tokens that are accepted."""
    return {number for number, each in api.tokens.items() if not each["revoked"]}
