"""One process that runs one function, one event at a time."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

from local.functions.deployed import DeployedFunction
from local.functions.ending import Ending, answered, exited, init_failed, timed_out
from local.functions.request import InvokeRequest
from local.functions.runtime_api import RuntimeApi
from local.functions.runtime_messages import Answer, Event, Exited, InitFailed, Ready, Report
from local.identity.sessions import ServiceSession
from local.patience import Patience

# Lambda gives the code outside the handler this long, apart from the function's own time-out.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
_INIT_SECONDS = 10

_LOOK_SECONDS = 1
"""How often the machine is looked at: on a slow one a function has more time than on AWS."""


class Sandbox:
    """A function's process with its Runtime API, its folder and its role's credentials.

    Attributes:
        function: What it runs.
        session: The credentials that its process was given.
        log_stream: The log stream that Lambda keeps for it.
        retired: It takes no further event, although its process may still live.
        init_seconds: How long loading the handler took; 0 until it is loaded.
        init_output: What it wrote meanwhile.
    """

    def __init__(
        self,
        function: DeployedFunction,
        *,
        session: ServiceSession,
        log_stream: str,
        directory: Path,
        api: RuntimeApi,
        process: subprocess.Popen[bytes],
        output: Path,
    ) -> None:
        self.function = function
        self.session = session
        self.log_stream = log_stream
        self.retired = False
        self._directory = directory
        self._api = api
        self._process = process
        self._output = output
        self.init_seconds = 0.0
        self.init_output = b""
        self._started = time.monotonic()
        self._initialised = False
        self._stopping = threading.Lock()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    @property
    def fresh(self) -> bool:
        """Whether it has not run an event yet."""
        return not self._initialised

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process.poll() is None

    def invoke(self, request: InvokeRequest) -> Ending:
        """Run the function on one event.

        Returns:
            How that ended. Unless it says `alive`, the sandbox is retired.
        """
        ending = self._initialise(request) or self._handle(request)
        self.retired = self.retired or not ending.alive
        return ending

    def take_output(self) -> bytes:
        """Return what the process wrote since the last time."""
        with self._output.open("r+b") as file:
            written = file.read()
            file.truncate(0)
        return written

    def peak_memory(self) -> int | None:
        """Return the most memory the process had, in MB; None where the system does not tell."""
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self._process.pid}/status").read_text()
            for line in status.splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) // 1024 + 1
        return None

    def stop(self) -> None:
        """End the process with all that it started, and remove its folder."""
        with self._stopping:
            # The group may still be there when its leader is gone.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._watcher.join()
            self._api.__exit__()
            shutil.rmtree(self._directory, ignore_errors=True)

    def _initialise(self, request: InvokeRequest) -> Ending | None:
        if self._initialised:
            return None
        self._initialised = True
        report = self._report_within(Patience(_INIT_SECONDS))
        self.init_seconds = time.monotonic() - self._started
        self.init_output = self.take_output()
        match report:
            case InitFailed(payload):
                return init_failed(payload, seconds=self.init_seconds)
            case Exited(status):
                return exited(request.id, status, seconds=self.init_seconds)
        # Still loading after that time, it goes on within the time of the invocation.
        return None

    def _handle(self, request: InvokeRequest) -> Ending:
        start = time.monotonic()
        patience = Patience(self.function.timeout)
        self._api.deliver(self._event(request, patience))
        report = self._report_within(patience)
        while isinstance(report, Ready):
            report = self._report_within(patience)
        seconds = time.monotonic() - start
        match report:
            case Answer(payload, failed):
                return answered(payload, failed=failed, seconds=seconds)
            case InitFailed(payload):
                return init_failed(payload, seconds=seconds)
            case Exited(status):
                return exited(request.id, status, seconds=seconds)
        self._process.kill()
        return timed_out(request.id, self.function.timeout)

    def _report_within(self, patience: Patience) -> Report | None:
        while not patience.over():
            if report := self._api.wait(min(patience.left(), _LOOK_SECONDS)):
                return report
        return None

    def _event(self, request: InvokeRequest, patience: Patience) -> Event:
        return Event(
            request_id=request.id,
            payload=request.payload,
            function_arn=self.function.arn,
            deadline=int((time.time() + patience.left()) * 1000),
            trace_id=request.trace_id,
            client_context=request.client_context,
        )

    def _watch(self) -> None:
        self._api.report(Exited(self._process.wait()))
