"""The demonstration, step by step."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console

from local.aws.configuration import ACCOUNT
from local.cdk import CdkError
from local.demo.consumers import Consumers, Tally
from local.demo.refusal import refused_call
from local.demo.rotation_watch import Rotation, RotationWatch
from local.demo.variables import changed_variables
from local.errors import LocalError
from local.local_aws import REGION, LocalAws

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

SCHEDULED_ROTATIONS = 3
SECONDS_BETWEEN_ROTATIONS = 2
"""How far apart the sped-up clock brings scheduled rotations, in real seconds."""

REFRESH_SECONDS = "0"
"""How old the consumer lets a credential become here, where months pass in seconds: else it would
go on with each credential until it is refused, and hardly use every other one.
"""


@dataclass(frozen=True)
class Deployed:
    """What the demonstration needs to know of the deployed stack: its outputs."""

    application_secret: str
    admin_secret: str
    consumer: str


@dataclass(frozen=True)
class Result:
    """What the demonstration came to.

    Attributes:
        rotations: The rotations that succeeded, oldest first.
        tally: What the consumers met.
        refusal: The error of the call that was refused.
    """

    rotations: list[Rotation]
    tally: Tally
    refusal: str


class NoConsumerError(LocalError):
    """There is no consumer to look at."""

    def __init__(self) -> None:
        super().__init__(
            "the demonstration can't go on",
            why="the setting `consumer` is off, so that nobody would notice a broken rotation",
            remedy='Leave it on: make local ARGS="-c consumer=true"',
        )


class Scenario:
    """Deploys, rotates, and looks on."""

    def __init__(self, aws: LocalAws, console: Console) -> None:
        self._aws = aws
        self._console = console

    def deploy(self, arguments: list[str]) -> Deployed:
        """Bootstrap the account and deploy the app.

        Raises:
            CdkError: The CLI failed.
            ServerDiedError: The server ended meanwhile.
            NoConsumerError: The settings leave the consumer out.
        """
        cdk = self._aws.cdk()
        try:
            with self._step("cdk bootstrap, cdk synth"), ThreadPoolExecutor() as threads:
                bootstrapped = threads.submit(cdk.bootstrap, ACCOUNT, REGION)
                cdk.synth(*arguments)
                bootstrapped.result()
            with self._step("cdk deploy"):
                cdk.deploy_synthesized()
        except CdkError:
            self._aws.server.check()  # if it has died, that is the reason to tell
            raise
        outputs = self._aws.outputs(*cdk.stack_names())
        if "ConsumerFunctionName" not in outputs:
            raise NoConsumerError
        return Deployed(
            application_secret=outputs["ApplicationSecretName"],
            admin_secret=outputs["AdminSecretName"],
            consumer=outputs["ConsumerFunctionName"],
        )

    def rotate(self, deployed: Deployed, *, speed: float | None) -> Result:
        """Rotate by hand and on schedule while consumers log in.

        Args:
            deployed: What is deployed.
            speed: Seconds on the schedule's clock per real second while scheduled rotations are
                awaited; None for one that brings a rotation every few seconds.

        Raises:
            RotationFailedError: A rotation did not come to its end.
            NotRefusedError: The policies let a call through that they must not.
        """
        watch = RotationWatch(self._aws, deployed.application_secret)
        client = partial(self._aws.client, "lambda")
        with ExitStack() as stack:
            with self._step("consumers log in"):
                stack.enter_context(
                    changed_variables(client(), deployed.consumer, REFRESH_SECONDS=REFRESH_SECONDS)
                )
                consumers = stack.enter_context(Consumers(client, deployed.consumer))
            with self._step("rotation by hand"):
                watch.rotate()
            target = len(watch.done()) + SCHEDULED_ROTATIONS
            speed = speed or self._speed(deployed.application_secret)
            self._aws.server.run_clock_at(speed)
            for number in range(target - SCHEDULED_ROTATIONS + 1, target + 1):
                with self._step("rotation by schedule"):
                    watch.wait_for(number)
            self._aws.server.run_clock_at(1)
        refusal = refused_call(self._aws, consumer=deployed.consumer, secret=deployed.admin_secret)
        return Result(watch.done(), consumers.tally, refusal)

    def _speed(self, secret: str) -> float:
        client: SecretsManagerClient = self._aws.client("secretsmanager")
        until = client.describe_secret(SecretId=secret)["NextRotationDate"].timestamp()
        return max(1.0, (until - time.time()) / SECONDS_BETWEEN_ROTATIONS)

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        started = time.monotonic()
        with self._console.status(f"{what} …"):
            yield
        self._console.print(f"  {what:<26}{time.monotonic() - started:5.1f} s", highlight=False)
