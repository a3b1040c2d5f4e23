"""The rotation of a secret, as Secrets Manager has it configured."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from adoption.rotation_settings import RotationSettings
from rotation.aws_errors import code_of, may_pass
from rotation.deadline import Deadline
from rotation.errors import SecretsManagerError
from rotation.rights import RIGHTS_SECONDS, Rights
from rotation.rotating_secret import LATER
from rotation.versions import Versions

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

NOT_FOUND = "ResourceNotFoundException"
NOT_NOW = "InvalidRequestException"
"""What RotateSecret answers while AWSPENDING is on another version than AWSCURRENT.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html#API_RotateSecret_Errors
"""

_UNFIT = {"InvalidParameterException", "ValidationException"}

PAUSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Description:
    """What DescribeSecret tells of a secret whose rotation changes hands.

    Attributes:
        settings: How it rotates.
        pending: Id of the version that carries AWSPENDING, if that is another one than AWSCURRENT.
        owner: The service that manages it, or what kind of secret Secrets Manager manages by
            itself; empty for one that is its owner's own.
        deleted: Whether it is scheduled for deletion.
        primary: The region of the secret that it is a replica of; empty if it is none.
    """

    settings: RotationSettings
    pending: str
    owner: str
    deleted: bool
    primary: str

    @classmethod
    def parse(cls, answer: Mapping[str, Any], *, region: str) -> Self:
        """Reads the answer.

        Args:
            answer: The answer.
            region: The secret's.
        """
        versions = Versions.parse(answer)
        primary = answer.get("PrimaryRegion") or region
        return cls(
            settings=RotationSettings.described(answer),
            pending=(versions.pending or "") if versions.pending != versions.current else "",
            owner=answer.get("OwningService") or answer.get("Type") or "",
            deleted=answer.get("DeletedDate") is not None,
            primary="" if primary == region else primary,
        )


class SecretRotation:
    """How a secret is rotated. It reads no value and changes none.

    Attributes:
        arn: ARN of the secret.
    """

    def __init__(
        self,
        client: SecretsManagerClient,
        arn: str,
        deadline: Deadline,
        *,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Names the secret; nothing is called yet.

        Args:
            client: Secrets Manager.
            arn: ARN of the secret.
            deadline: After it no call is begun.
            pause: Waits so many seconds.
        """
        self.arn = arn
        self._client = client
        self._deadline = deadline
        self._pause = pause

    def describe(self) -> Description:
        """Looks.

        Raises:
            SecretsManagerError: The call failed.
        """
        answer = self._patiently("describe_secret")
        return Description.parse(answer, region=self.arn.split(":")[3])

    def settled(self) -> Description:
        """Looks, once no rotation is under way any more, or when there is no time left to wait.

        Raises:
            SecretsManagerError: The call failed.
        """
        found = self.describe()
        while found.pending and self._deadline.remaining() > 2 * PAUSE_SECONDS:
            self._pause(PAUSE_SECONDS)
            found = self.describe()
        return found

    def use(self, settings: RotationSettings) -> None:
        """Has a function rotate the secret from now on, without rotating it now.

        Secrets Manager tries the function: it runs testSecret.

        Raises:
            SecretsManagerError: The call failed.
        """
        self._patiently(
            "rotate_secret",
            RotationLambdaARN=settings.function,
            RotationRules=dict(settings.rules),
            RotateImmediately=False,
        )

    def turn_off(self) -> None:
        """Rotates the secret no more.

        Raises:
            SecretsManagerError: The call failed.
        """
        self._patiently("cancel_rotate_secret")

    def _patiently(self, operation: str, **arguments: object) -> Mapping[str, Any]:
        rights = Rights(RIGHTS_SECONDS, self._deadline, self._pause)
        while True:
            try:
                return self._call(operation, **arguments)
            except SecretsManagerError as error:
                if not rights.may_come(error.code):
                    raise

    def _call(self, operation: str, **arguments: object) -> Mapping[str, Any]:
        self._deadline.remaining()
        try:
            answer: Mapping[str, Any] = getattr(self._client, operation)(
                SecretId=self.arn, **arguments
            )
        except (ClientError, BotoCoreError) as error:
            retry = may_pass(error, later=LATER)
            raise self._failed(operation, code_of(error), retry=retry) from error
        return answer

    def _failed(self, operation: str, code: str, *, retry: bool) -> SecretsManagerError:
        return SecretsManagerError(
            f"Secrets Manager answered {code} to {operation} on {self.arn}",
            code=code,
            remedy="Try again later"
            if retry
            else "Correct schedule and window of the login"
            if code in _UNFIT
            else "Compare the policy of the secret, and those of this function's role, with what"
            " docs/adopting.md asks for",
            retry_helps=retry,
        )
