"""Which sandbox takes which event."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from local.functions.deployed import DeployedFunction
from local.functions.invocation import CannotRun, TooManyRequests
from local.functions.sandbox import Sandbox

# What an event may need beyond the function's time-out until its credentials may expire.
_CREDENTIAL_MARGIN: Final = 60


class Sandboxes:
    """The processes of all functions: reused while warm, one event at a time in each.

    Args:
        start: Starts a process.
        stopped: Is told of each process that was stopped.
        idle: How many waiting processes of a function are kept.
        concurrency: How many events may run at once in the account.
    """

    def __init__(
        self,
        start: Callable[[DeployedFunction], Sandbox],
        *,
        stopped: Callable[[Sandbox], None],
        idle: int,
        concurrency: int,
    ) -> None:
        self._start = start
        self._stopped = stopped
        self._idle_limit = idle
        self._concurrency = concurrency
        self._lock = threading.Lock()
        self._idle: defaultdict[str, list[Sandbox]] = defaultdict(list)
        self._busy: defaultdict[str, set[Sandbox]] = defaultdict(set)
        self._running: defaultdict[str, int] = defaultdict(int)
        self._closed = False

    @contextmanager
    def borrow(self, function: DeployedFunction) -> Iterator[Sandbox]:
        """Lend a sandbox for one event.

        Raises:
            TooManyRequests: As many events are running as may.
            CannotRun: No process is started any more.
        """
        with self._admitted(function):
            sandbox = self._warm(function) or self._start(function)
            with self._lock:
                self._busy[function.arn].add(sandbox)
            try:
                yield sandbox
            finally:
                self._take_back(sandbox)

    def retire(self, function_arn: str) -> None:
        """Stop a function's waiting processes; those that run an event stop after it.

        Args:
            function_arn: The function with all its versions, or one of these.
        """
        with self._lock:
            arns = [arn for arn in self._busy if f"{arn}:".startswith(f"{function_arn}:")]
            for sandbox in [each for arn in arns for each in self._busy[arn]]:
                sandbox.retired = True
            idle = [each for arn in arns for each in self._idle.pop(arn, [])]
        self._stop(idle)

    def close(self) -> None:
        """Stop all processes, also those that run an event, and start no others."""
        with self._lock:
            self._closed = True
            busy = [sandbox for group in self._busy.values() for sandbox in group]
            for sandbox in busy:
                sandbox.retired = True
            idle = [sandbox for group in self._idle.values() for sandbox in group]
            self._idle.clear()
        self._stop(busy + idle)

    @contextmanager
    def _admitted(self, function: DeployedFunction) -> Iterator[None]:
        with self._lock:
            if self._closed:
                raise CannotRun(f"{function.name} is not run: the local AWS is going down")
            running = self._running[function.arn]
            if function.concurrency is not None and running >= function.concurrency:
                raise TooManyRequests("ReservedFunctionConcurrentInvocationLimitExceeded")
            if sum(self._running.values()) >= self._concurrency:
                raise TooManyRequests("ConcurrentInvocationLimitExceeded")
            self._running[function.arn] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[function.arn] -= 1

    def _warm(self, function: DeployedFunction) -> Sandbox | None:
        with self._lock:
            idle = self._idle.pop(function.arn, [])
            usable = [sandbox for sandbox in idle if _may_serve(sandbox, function)]
            warm = usable.pop() if usable else None
            self._idle[function.arn] = usable
        self._stop([sandbox for sandbox in idle if sandbox not in usable and sandbox is not warm])
        return warm

    def _take_back(self, sandbox: Sandbox) -> None:
        with self._lock:
            self._busy[sandbox.function.arn].discard(sandbox)
            idle = self._idle[sandbox.function.arn]
            idle.append(sandbox)
            unwanted = [each for each in idle if each.retired]
            for each in unwanted:
                idle.remove(each)
            while len(idle) > self._idle_limit:
                unwanted.append(idle.pop(0))
        self._stop(unwanted)

    def _stop(self, sandboxes: list[Sandbox]) -> None:
        for sandbox in sandboxes:
            sandbox.stop()
            self._stopped(sandbox)


def _may_serve(sandbox: Sandbox, function: DeployedFunction) -> bool:
    return (
        sandbox.alive
        and sandbox.function == function
        and sandbox.session.lasts(function.timeout + _CREDENTIAL_MARGIN)
    )
