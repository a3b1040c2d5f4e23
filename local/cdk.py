"""The real CDK CLI, run on the unchanged app."""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.errors import LocalError
from local.toolchain import ROOT

_TAIL_LINES = 12
_UNATTENDED = ("--require-approval=never", "--progress=events")


class CdkError(LocalError):
    """A command of the CDK CLI failed."""

    def __init__(self, command: str, status: int, log: Path) -> None:
        tail = "\n".join(log.read_text(errors="replace").strip().splitlines()[-_TAIL_LINES:])
        super().__init__(
            f"`cdk {command}` failed with status {status}",
            why=f"it ended with\n{tail}\n",
            remedy=f"All that it said is in {log}",
        )


class Cdk:
    """Runs commands of the CDK CLI; what they print goes to a log.

    Args:
        command: The CLI's command.
        environment: All of its environment.
        output: Where the synthesized app goes.
        logs: The folder for its logs.
    """

    def __init__(
        self, *, command: Sequence[str], environment: Mapping[str, str], output: Path, logs: Path
    ) -> None:
        self._command = [*command, "--no-color", "--no-notices", "--ci"]
        self._environment = dict(environment)
        self._output = output
        self._logs = logs
        self._running: set[subprocess.Popen[bytes]] = set()

    def bootstrap(self, account: str, region: str) -> None:
        """Prepare the account for deployments.

        Raises:
            CdkError: It failed.
        """
        # Away from cdk.json: the CLI would run the app for nothing.
        self._run("bootstrap", f"aws://{account}/{region}", folder=self._logs)

    def synth(self, *arguments: str) -> None:
        """Synthesize the app.

        Args:
            *arguments: Such as ``-c``, ``rotation.strategy=single``.

        Raises:
            CdkError: It failed.
        """
        self._run("synth", f"--output={self._output}", "--quiet", *arguments)

    def deploy(self, *arguments: str) -> None:
        """Synthesize the app and deploy its stacks.

        Args:
            *arguments: As for `synth`.

        Raises:
            CdkError: It failed.
        """
        self._run("deploy", f"--output={self._output}", "--all", *_UNATTENDED, *arguments)

    def deploy_synthesized(self, *stacks: str) -> None:
        """Deploy stacks as they were synthesized last.

        Args:
            *stacks: Their names, and those alone; none for all.

        Raises:
            CdkError: It failed.
        """
        which = [*stacks, "--exclusively"] if stacks else ["--all"]
        self._run("deploy", f"--app={self._output}", *_UNATTENDED, *which)

    def stop(self) -> None:
        """End whatever commands are running in other threads; they fail."""
        for process in list(self._running):
            _end(process)

    def stack_names(self) -> list[str]:
        """Return the names of the stacks that were synthesized last."""
        manifest = json.loads((self._output / "manifest.json").read_text())
        return [
            str(artifact["properties"].get("stackName", name))
            for name, artifact in manifest["artifacts"].items()
            if artifact["type"] == "aws:cloudformation:stack"
        ]

    def _run(self, command: str, *arguments: str, folder: Path = ROOT) -> None:
        log = self._logs / f"cdk-{command}.log"
        with (
            log.open("ab") as file,
            subprocess.Popen(  # noqa: S603 - our own command
                [*self._command, command, *arguments],
                cwd=folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ) as process,
        ):
            self._running.add(process)
            try:
                status = process.wait()
            except BaseException:
                _end(process)
                raise
            finally:
                self._running.discard(process)
        if status:
            raise CdkError(command, status, log)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a command together with the app that it has started, which must not go on writing."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
