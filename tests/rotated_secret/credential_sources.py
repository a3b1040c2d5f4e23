"""An AWS on a loopback port that hands out keys in every way that botocore knows."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

SECRET_KEY = "the-secret-key-of-a-role-0123456789"
SESSION_TOKEN = "the-session-token-of-a-role-0123456789"
IN_AN_HOUR = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

_KEY_ID = re.compile(r"Credential=(\w+)/\d+/([\w-]+)/")


def keys(key_id: str) -> dict[str, str]:
    """Keys as the endpoints of containers and instances give them."""
    return {
        "AccessKeyId": key_id,
        "SecretAccessKey": SECRET_KEY,
        "Token": SESSION_TOKEN,
        "Expiration": IN_AN_HOUR,
    }


@dataclass
class Aws:
    """Use it as a context manager.

    Attributes:
        secret: What SecretString holds.
        accepted: Which key ids are good; None for all.
        callers: With which key id, region and session token each secret was read.
        down: Answers 500 to the paths that begin so.
        asked: The paths and actions of all calls.
    """

    secret: str
    accepted: set[str] | None = None
    callers: list[tuple[str, str, str]] = field(default_factory=list)
    down: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        aws = self

        class Exchange(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                status, content = aws.answer(self.path, dict(self.headers.items()), body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content.encode())

            do_GET = do_PUT = do_POST = answer  # noqa: N815  # http.server's names

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.address}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, path: str, headers: dict[str, str], body: str) -> tuple[int, str]:
        """Carries out a call."""
        action = parse_qs(body).get("Action", [""])[0]
        self.asked.append(action or path)
        if path.startswith(self.down):
            return HTTPStatus.INTERNAL_SERVER_ERROR, "down"
        if action:
            return HTTPStatus.OK, _sts(action, "STS" + action.removeprefix("AssumeRole").upper())
        if "X-Amz-Target" in headers:
            return self._secrets_manager(headers)
        if path == "/pod" and headers.get("Authorization") != "of-the-pod":
            return HTTPStatus.UNAUTHORIZED, "no token"
        answers: dict[str, Any] = {
            "/latest/api/token": "imds-token",
            "/latest/meta-data/iam/security-credentials/": "role",
            "/latest/meta-data/iam/security-credentials/role": keys("INSTANCE"),
            "/task": keys("TASK"),
            "/pod": keys("POD"),
            "/federation/credentials": {"roleCredentials": _of_sso()},
            "/token": {"accessToken": "new", "expiresIn": 3600, "tokenType": "Bearer"},
        }
        answer = answers.get(urlsplit(path).path)
        if answer is None:
            return HTTPStatus.NOT_FOUND, "nothing here"
        return HTTPStatus.OK, answer if isinstance(answer, str) else json.dumps(answer)

    def _secrets_manager(self, headers: dict[str, str]) -> tuple[int, str]:
        signed = _KEY_ID.search(headers["Authorization"])
        assert signed
        self.callers.append((signed[1], signed[2], headers.get("X-Amz-Security-Token", "")))
        if self.accepted is not None and signed[1] not in self.accepted:
            return HTTPStatus.BAD_REQUEST, json.dumps({"__type": "ExpiredTokenException"})
        answer = {"Name": "x", "VersionId": "1", "SecretString": self.secret}
        return HTTPStatus.OK, json.dumps(answer)


def _of_sso() -> dict[str, object]:
    until = int((datetime.now(UTC) + timedelta(hours=1)).timestamp() * 1000)
    return {
        "accessKeyId": "SSO",
        "secretAccessKey": SECRET_KEY,
        "sessionToken": SESSION_TOKEN,
        "expiration": until,
    }


def _sts(action: str, key_id: str) -> str:
    return f"""<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <{action}Result>
        <Credentials>
          <AccessKeyId>{key_id}</AccessKeyId>
          <SecretAccessKey>{SECRET_KEY}</SecretAccessKey>
          <SessionToken>{SESSION_TOKEN}</SessionToken>
          <Expiration>{IN_AN_HOUR}</Expiration>
        </Credentials>
        <AssumedRoleUser>
          <Arn>arn:aws:sts::123456789012:assumed-role/x/y</Arn>
          <AssumedRoleId>A:y</AssumedRoleId>
        </AssumedRoleUser>
      </{action}Result>
    </{action}Response>"""
