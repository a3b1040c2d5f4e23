"""Asynchronous invocations, which Lambda answers at once and tries again when they fail.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

import threading
from collections.abc import Callable, Sequence

from local.functions.deployed import DeployedFunction
from local.functions.invocation import CannotRun, Invocation, TooManyRequests
from local.functions.request import InvokeRequest

# Lambda waits up to five minutes between attempts of a throttled event; a person here does not.
_THROTTLED_SECONDS = 1


class AsynchronousInvocations:
    """Runs events in the background.

    Args:
        run: Runs one event.
        delays: Seconds before the first retry, the second, and so on; the last one goes on.
    """

    def __init__(
        self,
        run: Callable[[DeployedFunction, InvokeRequest], Invocation],
        *,
        delays: Sequence[float],
    ) -> None:
        self._run = run
        self._delays = delays
        self._closed = threading.Event()

    def submit(self, function: DeployedFunction, request: InvokeRequest) -> None:
        """Take an event that will be run soon, and again if it fails."""
        threading.Thread(
            target=self._attempts,
            args=(function, request),
            name=f"event-{request.id}",
            daemon=True,
        ).start()

    def close(self) -> None:
        """Try nothing again any more."""
        self._closed.set()

    def _attempts(self, function: DeployedFunction, request: InvokeRequest) -> None:
        for attempt in range(1 + function.retries):
            if attempt and self._closed.wait(self._delays[min(attempt, len(self._delays)) - 1]):
                return
            invocation = self._attempt(function, request)
            if invocation is None or invocation.error is None:
                return

    def _attempt(self, function: DeployedFunction, request: InvokeRequest) -> Invocation | None:
        while not self._closed.is_set():
            try:
                return self._run(function, request)
            except TooManyRequests:
                self._closed.wait(_THROTTLED_SECONDS)
            except CannotRun:
                return None
        return None
