"""Starting sandboxes."""

import contextlib
import shutil
import signal
import subprocess
import uuid
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from local.child import child_command
from local.functions.deployed import DeployedFunction
from local.functions.environment import environment
from local.functions.interpreter import NODE_RUNTIMES, Node
from local.functions.invocation import CannotRun
from local.functions.packages import Packages
from local.functions.role_sessions import RoleSessions
from local.functions.runtime_api import RuntimeApi
from local.functions.sandbox import Sandbox

_IN_PYTHON = Path(__file__).with_name("in_sandbox.py")
_IN_NODE = Path(__file__).with_name("in_sandbox.mjs")


class SandboxFactory:
    """Starts processes for functions, each with a folder of its own.

    Args:
        interpreter: The Python that has what Lambda's managed runtime has.
        directory: Where the folders go; it is made.
        endpoint_url: Where the local AWS listens.
        extra: Variables that every function gets on top of its own.
        packages: Where the functions' code is unpacked.
        sessions: Who hands out the roles' credentials.
        node: The Node.js that has what Lambda's managed runtime of it has; None if there is none.
    """

    def __init__(
        self,
        *,
        interpreter: Path,
        directory: Path,
        endpoint_url: str,
        extra: Mapping[str, str],
        packages: Packages,
        sessions: RoleSessions,
        node: Node | None = None,
    ) -> None:
        self._interpreter = interpreter
        self._node = node
        self._directory = directory
        self._endpoint_url = endpoint_url
        self._extra = extra
        self._packages = packages
        self._sessions = sessions
        # Children die with the thread that started them, so one thread starts them all.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="sandbox-starter")

    def start(self, function: DeployedFunction) -> Sandbox:
        """Start a process for a function; it begins to load the handler.

        Raises:
            CannotRun: The package is broken, or this machine is out of something.
        """
        directory = self._directory / uuid.uuid4().hex
        with contextlib.ExitStack() as undo:
            undo.callback(shutil.rmtree, directory, ignore_errors=True)
            try:
                task_root = self._packages.unpacked(function.code)
                directory.mkdir(parents=True)
                api = undo.enter_context(RuntimeApi())
                sandbox = self._start(function, directory, task_root, api)
            except (zipfile.BadZipFile, OSError) as error:
                raise CannotRun(
                    f"{function.name} cannot be started from its package of {len(function.code)} "
                    f"bytes: {error}"
                ) from error
            undo.pop_all()
        return sandbox

    def _start(
        self, function: DeployedFunction, directory: Path, task_root: Path, api: RuntimeApi
    ) -> Sandbox:
        (directory / "home").mkdir()
        (directory / "output").touch()
        session = self._sessions.assume(function)
        stream = f"{datetime.now(UTC):%Y/%m/%d}/[{function.version}]{directory.name}"
        variables = environment(
            function,
            session=session,
            task_root=task_root,
            home=directory / "home",
            log_stream=stream,
            runtime_api=api.address,
            endpoint_url=self._endpoint_url,
            extra=self._extra,
        )
        return Sandbox(
            function,
            session=session,
            log_stream=stream,
            directory=directory,
            api=api,
            process=self._starter.submit(
                self._spawn, self._command(function), task_root, variables, directory / "output"
            ).result(),
            output=directory / "output",
        )

    def close(self) -> None:
        """End the thread that starts processes, and with it whatever process is left."""
        self._starter.shutdown()

    def _command(self, function: DeployedFunction) -> list[str]:
        if self._node and function.runtime in NODE_RUNTIMES:
            program = [str(self._node.program), str(_IN_NODE)]
            return [*program, function.handler, str(self._node.modules)]
        return [str(self._interpreter), str(_IN_PYTHON), function.handler]

    def _spawn(
        self, command: list[str], task_root: Path, variables: dict[str, str], file: Path
    ) -> subprocess.Popen[bytes]:
        with file.open("ab") as output:
            return subprocess.Popen(  # noqa: S603  # what was deployed is what shall run
                child_command(command, death=signal.SIGKILL),
                cwd=task_root,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
