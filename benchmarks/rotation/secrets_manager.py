"""The tests' Secrets Manager behind TLS, so that a handler pays for each call as it does on AWS."""

import json
import re
import secrets
import time
from datetime import datetime
from http import HTTPStatus
from typing import Any, Self

from botocore.exceptions import ClientError

from benchmarks.json_server import JsonServer
from benchmarks.rotation.authority import Authority
from fakes.secrets_manager import SecretsManager

_TARGET = re.compile(r"secretsmanager\.(\w+)")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class ServedSecretsManager:
    """Serves one Secrets Manager on a loopback port; use it as a context manager.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html

    Attributes:
        url: Where it listens.
        calls: When each call arrived, on the monotonic clock.
        latency: Seconds that each answer takes more than here.
    """

    def __init__(self, service: SecretsManager, authority: Authority) -> None:
        """Opens the port; entering the context serves it.

        Args:
            service: What answers.
            authority: Vouches for it.
        """
        self.calls: list[float] = []
        self.latency = 0.0
        self._service = service
        self._server = JsonServer(self)
        # The handshake is left to the connection's own thread.
        self._server.http.socket = authority.context("localhost").wrap_socket(
            self._server.http.socket, server_side=True, do_handshake_on_connect=False
        )
        self.url = f"https://localhost:{self._server.port}"

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.__exit__(*error)

    def forget(self) -> None:
        """Begin the list of calls anew."""
        self.calls = []

    def answer(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Carry out a call."""
        time.sleep(self.latency)
        target = _TARGET.fullmatch(headers["X-Amz-Target"])
        operation = target[1] if target else ""
        try:
            status, answer = HTTPStatus.OK, self._call(operation, json.loads(body))
        except ClientError as error:
            status, answer = HTTPStatus.BAD_REQUEST, {"__type": error.response["Error"]["Code"]}
        return status, json.dumps(answer, default=datetime.timestamp).encode()  # seconds since 1970

    def _call(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(time.monotonic())
        if operation == "GetRandomPassword":
            # Of 32 characters, as many as are asked for by default; which ones does not matter.
            return {"RandomPassword": secrets.token_hex(16)}
        method = getattr(self._service, _CAPITAL.sub("_", operation).lower())
        result: dict[str, Any] = method(**arguments)
        return result
