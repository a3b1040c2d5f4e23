"""A secret of the trial, seen from outside: its labels and its rotations, never its value."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tools.prove_on_aws.step import Proof
from tools.prove_on_aws.trial import Trial

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import DescribeSecretResponseTypeDef

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"

LOGIN, ADMIN_SECRET = "MainAppSecretName", "MainAdminSecretName"
CERTIFICATE_SECRET = "CertificateWebSecretName"  # noqa: S105 - an output
"""The outputs with the names of the secrets of the trial's login, its admin, and a certificate."""

_REST_MINUTES = 15
_BUSY = {"InvalidRequestException", "ResourceExistsException"}


class Secret:
    """A secret by the output that names it.

    Attributes:
        name: Its name.

    Args:
        trial: Where it is.
        output: The stack's output with its name.
    """

    def __init__(self, trial: Trial, output: str) -> None:
        self.name = trial.outputs()[output]
        self._client: SecretsManagerClient = trial.client("secretsmanager")

    def describe(self) -> "DescribeSecretResponseTypeDef":
        """Ask Secrets Manager about it."""
        return self._client.describe_secret(SecretId=self.name)

    def labels(self) -> dict[str, list[str]]:
        """The labels by version."""
        return self.describe().get("VersionIdsToStages", {})

    def holder(self, label: str) -> str | None:
        """The version that carries a label."""
        return next((each for each, labels in self.labels().items() if label in labels), None)

    def rests(self) -> bool:
        """Whether no rotation is under way, as RotateSecret sees it."""
        return self.holder(PENDING) in {None, self.holder(CURRENT)}

    def wait_for_rest(self, proof: Proof) -> None:
        """Wait until RotateSecret takes a rotation or another schedule.

        Raises:
            OverdueError: A rotation does not end.
        """

        def look() -> tuple[bool | None, str]:
            return self.rests() or None, "AWSPENDING is on another version than AWSCURRENT"

        proof.wait(f"The end of a rotation of {self.name}", look, minutes=_REST_MINUTES)

    def start_rotation(self) -> str | None:
        """Start a rotation; None while another one is under way.

        Returns:
            The version that becomes AWSCURRENT.
        """
        try:
            return self._client.rotate_secret(SecretId=self.name)["VersionId"]
        except ClientError as error:
            if error.response["Error"]["Code"] in _BUSY:
                return None
            raise

    def hand_over(self, function: str) -> str:
        """Have a function rotate it, with the rules that it has and without rotating it.

        Args:
            function: ARN of the function.

        Returns:
            The error code; empty if it was done.
        """
        schedule = self.describe()["RotationRules"]["ScheduleExpression"]
        try:
            self._client.rotate_secret(
                SecretId=self.name,
                RotationLambdaARN=function,
                RotationRules={"ScheduleExpression": schedule},
                RotateImmediately=False,
            )
        except ClientError as error:
            return error.response["Error"]["Code"]
        return ""

    def give_up_rotation(self) -> None:
        """Take AWSPENDING off an unfinished version, as docs and errors of the product say."""
        pending = self.holder(PENDING)
        if pending and pending != self.holder(CURRENT):
            self._client.update_secret_version_stage(
                SecretId=self.name, VersionStage=PENDING, RemoveFromVersionId=pending
            )
