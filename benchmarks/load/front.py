"""The way of the applications to Secrets Manager, with faults."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from http import HTTPStatus
from typing import Self

import urllib3

from benchmarks.json_server import JsonServer

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
        self._server = JsonServer(self)
        self.url = f"http://localhost:{self._server.port}"

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.__exit__(*error)
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
