"""The demonstration, step by step."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console

from local.demo.attempt import Attempt, Attempts
from local.demo.consumers import Consumers, Tally
from local.demo.deployment import AppDeployment, Deployed
from local.demo.parts import PARTS, Stage
from local.demo.people import People
from local.demo.refusal import refused_call
from local.demo.rotating import Rotating
from local.demo.rotation_follower import FinishedRotation, RotationFollower, all_done
from local.demo.steps import Steps
from local.demo.variables import changed_variables
from local.local_aws import LocalAws
from local.patience import wait_until

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

SCHEDULED_ROTATIONS = 3
SECONDS_BETWEEN_ROTATIONS = 1
"""How far apart the sped-up clock brings scheduled rotations, in real seconds."""

REFRESH_SECONDS = "0"
"""How old the consumer lets a credential become here, where months pass in seconds: else it would
go on with each credential until it is refused, and hardly use every other one.
"""


@dataclass(frozen=True)
class Result:
    """What the demonstration came to.

    Attributes:
        rotations: The rotations that succeeded, oldest first.
        consumed: Name of the secret that the consumers log in with.
        tally: What the consumers met.
        attempts: What people and the consumer tried; it all came out as intended.
    """

    rotations: list[FinishedRotation]
    consumed: str
    tally: Tally
    attempts: list[Attempt]


class Scenario:
    """Deploys, rotates, and looks on."""

    def __init__(self, aws: LocalAws, console: Console) -> None:
        self._aws = aws
        self._steps = Steps(console)

    def play(self, arguments: Sequence[str], *, speed: float | None) -> Result:
        """Deploy the app, and rotate by hand and on schedule while consumers log in.

        By hand everything that rotates does so, at the real time: on the fast clock the days for
        which an old access key still works are over in less than a second.

        Args:
            arguments: For the CDK CLI.
            speed: Seconds on the schedule's clock per real second while scheduled rotations are
                awaited; None for one that brings a rotation every few seconds.

        Raises:
            CdkError: The CLI failed.
            ServerDiedError: The server ended meanwhile.
            NoConsumerError: The settings leave the consumer out.
            RotationFailedError: A rotation did not come to its end.
            NotAsIntendedError: A role lets through what it must not, or refuses what it may.
            NotRefusedError: The policies let a call through that they must not.
            GaveUpError: No consumer logs in any more.
        """
        with ExitStack() as stack:
            deployment = stack.enter_context(AppDeployment(self._aws, self._steps))
            deployed = deployment.deploy(arguments)
            attempts, consumed = Attempts(), deployed.consumed
            stage = Stage(self._aws, deployed.outputs, consumed, attempts)
            watch = RotationFollower(self._aws, consumed.secret)
            with ExitStack() as showing:
                for part in PARTS:
                    showing.enter_context(part.show(stage))
                others = self._start(deployed.others)
                consumers = self._consume(deployed, stack)
                self._rotate_by_hand(watch, deployment, deployed, attempts)
                with self._steps.step("what else rotates"):
                    for other, version in others.items():
                        other.wait_for_version(version)
            self._rotate_on_schedule(watch, speed or self._speed(consumed.secret))
            rotations = all_done(self._aws)  # one that goes on will find nobody who logs in
            tally, last = consumers.tally, watch.done()[-1].version
            wait_until(
                lambda: last in tally.users or tally.failures, what="a login with the last password"
            )
        for secret in _secrets(deployed.outputs, without=consumed.secret):
            refused_call(self._aws, consumer=deployed.consumer, secret=secret)
            attempts.made.append(Attempt("consumer", f"read {secret}", "refused"))
        return Result(rotations, consumed.secret, consumers.tally, attempts.made)

    def _start(self, rotating: Sequence[Rotating]) -> dict[RotationFollower, str]:
        """Start rotations; each with the version that it makes."""
        client: SecretsManagerClient = self._aws.client("secretsmanager")
        watches = [RotationFollower(self._aws, each.secret) for each in rotating]
        return {watch: watch.start(client) for watch in watches}

    def _consume(self, deployed: Deployed, stack: ExitStack) -> Consumers:
        with self._steps.step("consumers log in"):
            client = partial(self._aws.client, "lambda")
            stack.enter_context(
                changed_variables(client(), deployed.consumer, REFRESH_SECONDS=REFRESH_SECONDS)
            )
            return stack.enter_context(Consumers(client, deployed.consumer))

    def _rotate_by_hand(
        self,
        watch: RotationFollower,
        deployment: AppDeployment,
        deployed: Deployed,
        attempts: Attempts,
    ) -> None:
        """Let an operator do it, or the administrator where there are no roles for people."""
        with self._steps.step("roles for people"):
            profiles = deployment.profiles()
        with self._steps.step("rotation by hand"):
            if profiles is None:
                watch.rotate()
                return
            people = People(
                self._aws,
                attempts,
                operator=profiles.operator,
                contractor=profiles.contractor,
                secret=deployed.consumed.secret,
            )
            people.act(watch)

    def _rotate_on_schedule(self, watch: RotationFollower, speed: float) -> None:
        before = len(watch.done())
        self._aws.server.run_clock_at(speed)
        for number in range(1, SCHEDULED_ROTATIONS + 1):
            with self._steps.step("rotation by schedule"):
                watch.wait_for(before + number)
        self._aws.server.run_clock_at(1)

    def _speed(self, secret: str) -> float:
        client: SecretsManagerClient = self._aws.client("secretsmanager")
        until = client.describe_secret(SecretId=secret)["NextRotationDate"].timestamp()
        return max(1.0, (until - time.time()) / SECONDS_BETWEEN_ROTATIONS)


def _secrets(outputs: Mapping[str, str], *, without: str) -> list[str]:
    """The names of all secrets but one."""
    names = [value for output, value in outputs.items() if output.endswith("SecretName")]
    return [name for name in names if name != without]
