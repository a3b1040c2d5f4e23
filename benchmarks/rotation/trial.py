"""One candidate with a Secrets Manager, secrets and database users of its own."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from benchmarks.rotation.authority import Authority
from benchmarks.rotation.candidate import Candidate
from benchmarks.rotation.packets import Framing
from benchmarks.rotation.proxy import CountingProxy
from benchmarks.rotation.rotation import ColdTimes, Counts, Network
from benchmarks.rotation.secrets_manager import ServedSecretsManager
from benchmarks.rotation.site import Site
from credential_rotation.packages import RUNTIME
from fakes.world import STEPS
from local.errors import LocalError
from local.functions.deployed import DeployedFunction
from local.functions.packages import Packages
from local.functions.request import new_request
from local.functions.role_sessions import RoleSessions
from local.functions.sandbox import Sandbox
from local.functions.sandbox_factory import SandboxFactory
from local.identity.sessions import ServiceSession


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

    def assume(self, function: DeployedFunction) -> ServiceSession:
        del function
        now = datetime.now(UTC)
        return ServiceSession("bench", "bench", "bench", now, now + timedelta(hours=1))


class Trial:
    """A candidate ready to be measured."""

    def __init__(
        self,
        candidate: Candidate,
        site: Site,
        framing: Framing,
        *,
        authority: Authority,
        interpreter: Path,
        directory: Path,
    ) -> None:
        """Name the parts; nothing is started yet.

        Args:
            candidate: What is measured.
            site: The secrets and the users, which no other candidate has.
            framing: Of the packets of its database.
            authority: Vouches for Secrets Manager.
            interpreter: The Python that stands for Lambda's runtime.
            directory: Where zips are unpacked.
        """
        self.candidate = candidate
        self._site = site
        self._framing = framing
        self._secrets_manager = ServedSecretsManager(site.secrets, authority)
        self._packages = Packages(directory / f"{candidate.name}-code")
        self._factory = SandboxFactory(
            interpreter=interpreter,
            directory=directory / candidate.name,
            endpoint_url=self._secrets_manager.url,
            extra={
                "AWS_CA_BUNDLE": str(authority.bundle),
                "RDS_CA_BUNDLE": str(site.product.server.ca),
                # Where AWS's public functions look for it.
                "SECRETS_MANAGER_ENDPOINT": self._secrets_manager.url,
            },
            packages=self._packages,
            sessions=_AnyRole(),
        )

    @contextmanager
    def open(self) -> Iterator[Self]:
        """Make the first user and serve Secrets Manager; no process is left on leaving."""
        with self._secrets_manager, closing(self._packages), closing(self._factory):
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

    @contextmanager
    def network(self, network: Network) -> Iterator[None]:
        """Let every call and every packet take as long as on a network."""
        with ExitStack() as stack:
            self._secrets_manager.latency = network.call_seconds
            if network.packet_seconds:
                port = self._site.product.server.port
                proxy = CountingProxy(port, self._framing, delay=network.packet_seconds)
                stack.enter_context(proxy)
                stack.enter_context(self._site.through(proxy.port))
            yield
        self._secrets_manager.latency = 0.0

    def rotate(self, sandbox: Sandbox) -> float:
        """Rotate the secret.

        Returns:
            Seconds that the steps took together.

        Raises:
            RotationFailedError: A step failed, or AWSCURRENT does not log in afterwards.
        """
        token = self._site.secrets.begin(self._site.arn)
        seconds = self._steps(sandbox, token)
        if not self._site.promoted(token):
            why = "AWSCURRENT is not the new version, or does not log in"
            raise RotationFailedError(self.candidate.name, STEPS[-1], why)
        return seconds

    def rotate_cold(self) -> ColdTimes:
        """Rotate the secret with a new process.

        Raises:
            RotationFailedError: See `rotate`.
        """
        with self.sandbox() as sandbox:
            started = time.monotonic()
            self._secrets_manager.forget()
            seconds = self.rotate(sandbox)
            first_call = self._secrets_manager.calls[0]
            return ColdTimes(first_call - started, sandbox.init_seconds + seconds)

    def count(self, sandbox: Sandbox) -> Counts:
        """Rotate the secret through a proxy, which takes time of its own, and count.

        Raises:
            RotationFailedError: See `rotate`.
        """
        self._secrets_manager.forget()
        port = self._site.product.server.port
        with CountingProxy(port, self._framing) as proxy, self._site.through(proxy.port):
            self._steps(sandbox, self._site.secrets.begin(self._site.arn))
            return Counts(
                calls=len(self._secrets_manager.calls),
                connections=len(proxy.connections),
                packets=proxy.packets(),
            )

    def start(self) -> float:
        """Start a process that shall do nothing; seconds until it could take an event."""
        with self.sandbox() as sandbox:
            sandbox.invoke(new_request(b"{}"))
            return sandbox.init_seconds

    def _steps(self, sandbox: Sandbox, token: str) -> float:
        return sum(self._step(sandbox, token, step) for step in STEPS)

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
        runtime=RUNTIME,
        handler=candidate.handler,
        role="arn:aws:iam::123456789012:role/bench",
        timeout=30,
        memory=512,
        log_group=f"/aws/lambda/{candidate.name}",
        environment=candidate.environment,
        code_sha256="",
        code=candidate.code,
    )
