"""The app, deployed: what rotates first, and what is for people while that already rotates."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from local.aws.configuration import ACCOUNT
from local.cdk import CdkError
from local.demo.parts import PARTS
from local.demo.profile import Profile
from local.demo.rotating import Rotating, all_rotating
from local.demo.steps import Steps
from local.errors import LocalError
from local.local_aws import REGION, LocalAws

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

CONTRACTOR_ACCOUNT = "999988887777"
_CONTRACT = timedelta(days=30)
_FOR_PEOPLE = "-access"


@dataclass(frozen=True)
class Deployed:
    """What the demonstration needs to know of what rotates.

    Attributes:
        outputs: The stacks' outputs, by name.
        rotating: All that rotates.
        consumed: The login of the sample consumer.
        consumer: Name of the sample consumer, a function.
    """

    outputs: Mapping[str, str]
    rotating: Sequence[Rotating]
    consumed: Rotating
    consumer: str

    @property
    def others(self) -> list[Rotating]:
        """All that rotates besides the consumer's login."""
        return [each for each in self.rotating if each != self.consumed]


@dataclass(frozen=True)
class Profiles:
    """What the demonstration needs to know of what is for people."""

    operator: Profile
    contractor: Profile


class NoConsumerError(LocalError):
    """There is no consumer to look at."""

    def __init__(self) -> None:
        super().__init__(
            "the demonstration can't go on",
            why="the setting `consumer` is off, so that nobody would notice a broken rotation",
            remedy='Leave it on: make local ARGS="-c consumer=true"',
        )


class AppDeployment:
    """Deploys the app. Use it as a context manager: on leaving, no deployment goes on.

    Args:
        aws: Where to.
        steps: Tells how it goes.
    """

    def __init__(self, aws: LocalAws, steps: Steps) -> None:
        self._aws = aws
        self._steps = steps
        self._cdk = aws.cdk()
        self._threads = ThreadPoolExecutor(1)
        self._for_people: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._cdk.stop()
        self._threads.shutdown()

    def deploy(self, arguments: Sequence[str]) -> Deployed:
        """Bootstrap the account and deploy what rotates; go on with the rest in the background.

        Args:
            arguments: For the CDK CLI, after those of the demonstration, which they can change.

        Raises:
            CdkError: The CLI failed.
            ServerDiedError: The server ended meanwhile.
            NoConsumerError: The settings leave the consumer out.
        """
        try:
            with self._steps.step("cdk bootstrap, cdk synth"), ThreadPoolExecutor() as threads:
                others = [
                    threads.submit(self._cdk.bootstrap, ACCOUNT, REGION),
                    *(threads.submit(part.prepare, self._aws) for part in PARTS),
                ]
                self._cdk.synth(*_settings(arguments, self._aws), *arguments)
                for other in others:
                    other.result()
            first = [each for each in self._cdk.stack_names() if not each.endswith(_FOR_PEOPLE)]
            with self._steps.step("cdk deploy"):
                self._cdk.deploy_synthesized(*first)
        except CdkError:
            self._aws.server.check()  # if it has died, that is the reason to tell
            raise
        rest = [each for each in self._cdk.stack_names() if each not in first]
        if rest:
            self._for_people = self._threads.submit(self._cdk.deploy_synthesized, *rest)
        return self._deployed(first)

    def profiles(self) -> Profiles | None:
        """Wait until the roles for people are deployed.

        Returns:
            Their profiles; None if the settings leave the roles or the contractor out.

        Raises:
            CdkError: The CLI failed.
        """
        if self._for_people is None:
            return None
        self._for_people.result()
        outputs = self._aws.outputs(*self._cdk.stack_names())
        if "ContractorProfile" not in outputs:
            return None
        return Profiles(
            operator=Profile.read(outputs["RotationOperatorProfile"]),
            contractor=Profile.read(outputs["ContractorProfile"]),
        )

    def _deployed(self, stacks: Sequence[str]) -> Deployed:
        outputs = self._aws.outputs(*stacks)
        if "ConsumerFunctionName" not in outputs:
            raise NoConsumerError
        rotating, consumer = list(all_rotating(outputs)), outputs["ConsumerFunctionName"]
        secret = self._secret_of(consumer)
        (consumed,) = (each for each in rotating if each.secret == secret)
        return Deployed(outputs, rotating, consumed, consumer)

    def _secret_of(self, consumer: str) -> str:
        """Name of the secret that the sample consumer logs in with."""
        functions: LambdaClient = self._aws.client("lambda")
        secrets: SecretsManagerClient = self._aws.client("secretsmanager")
        variables = functions.get_function_configuration(FunctionName=consumer)["Environment"]
        return secrets.describe_secret(SecretId=variables["Variables"]["SECRET_ID"])["Name"]


def _settings(arguments: Sequence[str], aws: LocalAws) -> list[str]:
    """Settings with which all parts can be shown, as arguments of the CLI."""
    settings = _of_people()
    for part in PARTS:
        settings |= part.settings(dict(_given(arguments)), aws)
    return [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]


def _of_people() -> dict[str, str]:
    """Settings that deploy the roles for people."""
    return {
        "access.enabled": "true",
        "access.contractor_account": CONTRACTOR_ACCOUNT,
        "access.contractor_external_id": str(uuid.uuid4()),
        "access.contractor_until": f"{datetime.now(UTC) + _CONTRACT:%Y-%m-%d}",
    }


def _given(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Read the settings among arguments of the CLI."""
    for before, word in zip(("", *arguments), arguments, strict=False):
        text = word if before in {"-c", "--context"} else word.removeprefix("--context=")
        if before in {"-c", "--context"} or text != word:
            name, _, value = text.partition("=")
            yield name, value
