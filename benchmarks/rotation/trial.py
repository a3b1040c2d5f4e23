"""One candidate with a Secrets Manager, secrets and database users of its own."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from benchmarks.rotation.candidate import Candidate
from benchmarks.rotation.proxy import CountingProxy
from benchmarks.rotation.rotation import Counts, Times
from benchmarks.rotation.secrets_manager import HttpSecretsManager
from benchmarks.rotation.site import Site
from local.errors import LocalError
from local.functions.deployed import DeployedFunction
from local.functions.request import new_request
from local.functions.role_sessions import RoleSession, RoleSessions
from local.functions.sandbox import Sandbox
from local.functions.sandbox_factory import SandboxFactory
from tests.postgres_user.world import STEPS


class RotationFailedError(LocalError):
    """A candidate did not rotate: there is nothing to measure."""

    def __init__(self, candidate: str, step: str, why: str) -> None:
        super().__init__(
            f"the {candidate} handler failed in {step}",
            why=why,
            remedy="Look whether it is for the strategy that is measured, and whether it trusts the"
            " authority in the file that RDS_CA_BUNDLE names",
        )


class _AnyRole(RoleSessions):
    """Credentials that nobody checks: policies are not what is measured."""

    def assume(self, function: DeployedFunction) -> RoleSession:
        del function
        return RoleSession("bench", "bench", "bench", datetime.now(UTC) + timedelta(hours=1))


class Trial:
    """A candidate ready to be measured."""

    def __init__(
        self, candidate: Candidate, site: Site, *, interpreter: Path, directory: Path
    ) -> None:
        """Name the parts; nothing is started yet.

        Args:
            candidate: What is measured.
            site: The secrets and the users, which no other candidate has.
            interpreter: The Python that stands for Lambda's runtime.
            directory: Where zips are unpacked.
        """
        self.candidate = candidate
        self._site = site
        self._secrets_manager = HttpSecretsManager(site.secrets)
        self._factory = SandboxFactory(
            interpreter=interpreter,
            directory=directory / candidate.name,
            endpoint_url=self._secrets_manager.url,
            extra={
                "RDS_CA_BUNDLE": str(site.server.ca),
                # Where AWS's public functions look for it.
                "SECRETS_MANAGER_ENDPOINT": self._secrets_manager.url,
            },
            sessions=_AnyRole(),
        )

    @contextmanager
    def open(self) -> Iterator[Self]:
        """Make the first user and serve Secrets Manager; no process is left on leaving."""
        with self._secrets_manager, closing(self._factory):
            self._site.create_first_user()
            yield self

    @contextmanager
    def sandbox(self) -> Iterator[Sandbox]:
        """A new process of the candidate."""
        sandbox = self._factory.start(_deployed(self.candidate))
        try:
            yield sandbox
        finally:
            sandbox.stop()

    def rotate(self, sandbox: Sandbox) -> Times:
        """Rotate the secret.

        Raises:
            RotationFailedError: A step failed, or AWSCURRENT does not log in afterwards.
        """
        token = self._site.secrets.begin(self._site.arn)
        steps = {step: self._step(sandbox, token, step) for step in STEPS}
        if not self._site.promoted(token):
            why = "AWSCURRENT is not the new version, or does not log in"
            raise RotationFailedError(self.candidate.name, STEPS[-1], why)
        return Times(sandbox.init_seconds, steps)

    def count(self, sandbox: Sandbox) -> Counts:
        """Rotate the secret through a proxy, which takes time of its own, and count.

        Raises:
            RotationFailedError: See `rotate`.
        """
        calls = self._secrets_manager.calls
        server = self._site.server.port
        with CountingProxy(server) as proxy, self._site.through(proxy.port):
            token = self._site.secrets.begin(self._site.arn)
            for step in STEPS:
                self._step(sandbox, token, step)
            calls = self._secrets_manager.calls - calls
            return Counts(calls, connections=len(proxy.connections), packets=proxy.packets())

    def start(self) -> float:
        """Start a process that shall do nothing; seconds until it could take an event."""
        with self.sandbox() as sandbox:
            sandbox.invoke(new_request(b"{}"))
            return sandbox.init_seconds

    def _step(self, sandbox: Sandbox, token: str, step: str) -> float:
        event = {"SecretId": self._site.arn, "ClientRequestToken": token, "Step": step}
        ending = sandbox.invoke(new_request(json.dumps(event).encode()))
        if ending.error:
            raise RotationFailedError(self.candidate.name, step, str(ending.error))
        return ending.seconds


def _deployed(candidate: Candidate) -> DeployedFunction:
    return DeployedFunction(
        arn=f"arn:aws:lambda:us-east-1:123456789012:function:{candidate.name}",
        name=candidate.name,
        version="$LATEST",
        account="123456789012",
        region="us-east-1",
        runtime="python3.11",
        handler=candidate.handler,
        role="arn:aws:iam::123456789012:role/bench",
        timeout=30,
        memory=512,
        log_group=f"/aws/lambda/{candidate.name}",
        environment=candidate.environment,
        code_sha256="",
        code=candidate.code,
    )
