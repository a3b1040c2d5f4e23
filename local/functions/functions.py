"""All functions of the local AWS."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Self

from local.functions import moto_patches
from local.functions.asynchronous import AsynchronousInvocations
from local.functions.deployed import DeployedFunction
from local.functions.interpreter import NODE_RUNTIMES, PYTHON_RUNTIMES, Node, runtime_of
from local.functions.invocation import CannotRun, Invocation
from local.functions.logs import Logs
from local.functions.moto_functions import find
from local.functions.network_interfaces import NetworkInterfaces
from local.functions.packages import Packages
from local.functions.request import InvokeRequest, new_request
from local.functions.role_sessions import MayAssume, RoleSessions
from local.functions.sandbox import Sandbox
from local.functions.sandbox_factory import SandboxFactory
from local.functions.sandboxes import Sandboxes
from local.functions.transcript import TAIL_BYTES, transcript
from local.moto_patch import for_a_while


class Functions:
    """Runs the functions that are deployed to the local AWS, from their zips.

    While entered, `Invoke` of the local AWS comes here too. On leaving, no process is left.

    Args:
        interpreter: A Python that has what Lambda's managed runtime has, and only that.
        directory: Where code and logs go while it runs; it is made.
        endpoint_url: Where the local AWS listens.
        node: Runs functions of Node.js; without it there are none.
        extra_environment: Variables that every function gets on top of its own.
        idle_sandboxes: How many waiting processes of a function are kept.
        concurrency: How many events may run at once in the account.
        may_assume: Whether Lambda may assume a role; without, it may assume any.
        retry_delays: Seconds before each retry of a failed asynchronous event. AWS waits one
            minute, then two.
    """

    def __init__(
        self,
        *,
        interpreter: Path,
        directory: Path,
        endpoint_url: str,
        node: Node | None = None,
        extra_environment: Mapping[str, str] | None = None,
        idle_sandboxes: int = 4,
        concurrency: int = 100,
        may_assume: MayAssume = lambda _: True,
        retry_delays: Sequence[float] = (60, 120),
    ) -> None:
        self._python = runtime_of(interpreter)
        self._runtimes = (*PYTHON_RUNTIMES, *(NODE_RUNTIMES if node else ()))
        self._sessions = RoleSessions(may_assume)
        self._packages = Packages(directory / "packages")
        self._factory = SandboxFactory(
            interpreter=interpreter,
            node=node,
            directory=directory / "sandboxes",
            endpoint_url=endpoint_url,
            extra=extra_environment or {},
            packages=self._packages,
            sessions=self._sessions,
        )
        self._sandboxes = Sandboxes(
            self._factory.start,
            stopped=self._forget,
            idle=idle_sandboxes,
            concurrency=concurrency,
        )
        self._asynchronous = AsynchronousInvocations(self.run, delays=retry_delays)
        self._interfaces = NetworkInterfaces(endpoint_url)
        self._patches = ExitStack()
        self.logs = Logs(directory=directory / "logs", endpoint_url=endpoint_url)

    def __enter__(self) -> Self:
        self._patches.enter_context(for_a_while(partial(moto_patches.install, self)))
        return self

    def __exit__(self, *_: object) -> None:
        self._patches.close()
        self._asynchronous.close()
        self._sandboxes.close()
        self._factory.close()
        self._packages.close()

    def invoke(self, function_arn: str, payload: Mapping[str, Any]) -> Invocation:
        """Run a function on an event and wait for its end.

        Raises:
            FunctionNotFound: There is no such function.
            TooManyRequests: As many events are running as may.
            CannotRun: The function is of a kind that runs on AWS, but not here.
        """
        function = find(function_arn)
        return self.run(function, new_request(json.dumps(payload).encode()))

    def submit(self, function: DeployedFunction, request: InvokeRequest) -> None:
        """Run a function on an event in the background, again if it fails.

        Raises:
            CannotRun: The function is of a kind that runs on AWS, but not here.
        """
        self._check(function)
        self._asynchronous.submit(function, request)

    def run(self, function: DeployedFunction, request: InvokeRequest) -> Invocation:
        """Run a function on one event.

        Raises:
            TooManyRequests: As many events are running as may.
            CannotRun: The function is of a kind that runs on AWS, but not here.
        """
        self._check(function)
        self._interfaces.ensure(function)
        with self._sandboxes.borrow(function) as sandbox:
            cold = sandbox.fresh
            ending = sandbox.invoke(request)
            text = transcript(
                function,
                request_id=request.id,
                output=sandbox.take_output(),
                ending=ending,
                peak_memory=sandbox.peak_memory(),
                init=(sandbox.init_output, sandbox.init_seconds) if cold else None,
            )
            self.logs.deliver(function, sandbox.log_stream, text)
        return Invocation(
            payload=ending.payload,
            error=ending.error,
            log_tail=text.encode()[-TAIL_BYTES:],
            seconds=ending.seconds,
            cold=cold,
        )

    def retire(self, function_arn: str) -> None:
        """End a function's processes because it was deleted."""
        self._sandboxes.retire(function_arn)
        self._interfaces.release(function_arn)

    def function_of(self, access_key_id: str) -> DeployedFunction | None:
        """Find the function whose code was given these credentials; None if it is none."""
        return self._sessions.function_of(access_key_id)

    def _check(self, function: DeployedFunction) -> None:
        if function.runtime not in self._runtimes:
            raise CannotRun(
                f"{function.name} is deployed for {function.runtime}, but functions run on "
                f"{self._python} or Node.js here: deploy it for one of {', '.join(self._runtimes)}"
            )

    def _forget(self, sandbox: Sandbox) -> None:
        self._sessions.forget(sandbox.session)
