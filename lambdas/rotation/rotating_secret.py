"""A secret in Secrets Manager, with the five calls that a rotation makes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from rotation.aws_errors import code_of, may_pass
from rotation.deadline import Deadline
from rotation.errors import (
    BadSecretError,
    NotPendingError,
    OutOfTimeError,
    SecretsManagerError,
)
from rotation.rights import Rights
from rotation.secret_text import SecretText
from rotation.versions import ATTEMPTED, CURRENT, PENDING, PREVIOUS, Version, Versions

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_NO_SUCH_VERSION = {"ResourceNotFoundException", "InvalidRequestException"}
"""What GetSecretValue answers if id and label don't go together or the version is empty.

Pass both and both are checked: that is one call which reads a version and proves its label.
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
"""

_TAKEN = {"InvalidParameterException", "InvalidRequestException", "ResourceNotFoundException"}
"""What UpdateSecretVersionStage answers if the label is elsewhere by now."""

LATER = {
    "InternalServiceError",
    "InternalServiceErrorException",
    "LimitExceededException",
    "RequestTimeout",
    "ServiceUnavailable",
    "ThrottlingException",
    "TooManyRequestsException",
}
"""What Secrets Manager answers, and the way to it, when the same call may succeed later."""

_TRY_LATER = "Try again later; if it stays, look at the VPC endpoint and the service's health"
_COMPARE_RIGHTS = "Compare the function's role, the secret's policy and its key with what it needs"
_REMEDIES = {
    "InvalidRequestException": "If the secret is scheduled for deletion, restore it",
    "ResourceNotFoundException": "Check that the secret exists and has a version with that label",
}


class RotatingSecret:
    """The secret that is rotated."""

    def __init__(
        self,
        client: SecretsManagerClient,
        arn: str,
        deadline: Deadline,
        *,
        patience: float = 0.0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Names the secret; nothing is called yet.

        Args:
            client: Secrets Manager.
            arn: ARN of the secret.
            deadline: After it no call is begun.
            patience: Seconds that all calls together wait for rights that they are denied.
            pause: Waits so many seconds.
        """
        self.arn = arn
        self._client = client
        self._deadline = deadline
        self._rights = Rights(patience, deadline, pause)

    def versions(self) -> Versions:
        """Which version carries which label.

        Raises:
            SecretsManagerError: The call failed.
        """
        return Versions.parse(self._call("describe_secret", SecretId=self.arn))

    def current(self) -> Version:
        """Reads AWSCURRENT.

        Raises:
            BadSecretError: It is not text.
            SecretsManagerError: The call failed.
        """
        return self._read(self.arn, VersionStage=CURRENT)

    def pending(self, token: str) -> SecretText:
        """Reads a version and proves that it carries AWSPENDING.

        Raises:
            NotPendingError: It does not, or it is empty.
            SecretsManagerError: The call failed.
        """
        try:
            return self._read(self.arn, VersionId=token, VersionStage=PENDING).text
        except SecretsManagerError as error:
            if error.code not in _NO_SUCH_VERSION:
                raise
            raise NotPendingError(
                f"Version {token} does not carry AWSPENDING, or is empty",
                remedy="If it was given up or replaced, nothing is to do;"
                " if createSecret failed, see its error and rotate again",
            ) from error

    def previous(self) -> Version | None:
        """Reads AWSPREVIOUS.

        Returns:
            None if there is none.

        Raises:
            SecretsManagerError: The call failed.
        """
        return self.labelled(PREVIOUS)

    def attempted(self) -> Version | None:
        """Reads what a rotation stored last; see `ATTEMPTED`.

        Returns:
            None if there is none.

        Raises:
            SecretsManagerError: The call failed.
        """
        return self.labelled(ATTEMPTED)

    def labelled(self, label: str) -> Version | None:
        """Reads the version that carries a label.

        Returns:
            None if there is none, it is empty, or it is not AWSCURRENT and holds binary data: that
            is none of ours, and may be what a person has corrected since.

        Raises:
            BadSecretError: AWSCURRENT is not text.
            SecretsManagerError: The call failed.
        """
        try:
            return self._read_if_there(VersionStage=label)
        except BadSecretError:
            if label == CURRENT:
                raise
            return None

    def stored(self, token: str) -> Version | None:
        """Reads a version by its id, whatever labels it carries.

        Returns:
            None if there is none, or it is empty.

        Raises:
            SecretsManagerError: The call failed.
        """
        return self._read_if_there(VersionId=token)

    def other(self, arn: str) -> SecretText:
        """Reads AWSCURRENT of another secret.

        Raises:
            BadSecretError: It is not text.
            SecretsManagerError: The call failed.
        """
        return self._read(arn, VersionStage=CURRENT).text

    def store_pending(self, token: str, text: SecretText) -> bool:
        """Writes a version and labels it AWSPENDING and ATTEMPTED, unless it has content already.

        Returns:
            False if it has other content, which then stays.

        Raises:
            SecretsManagerError: The call failed.
        """
        try:
            self.store(token, text, labels=[PENDING, ATTEMPTED])
        except SecretsManagerError as error:
            # An earlier or a parallel run was first; its content may be applied already.
            if error.code != "ResourceExistsException":
                raise
            return False
        return True

    def store(self, token: str, text: SecretText, *, labels: Sequence[str]) -> None:
        """Writes a version and labels it.

        Args:
            token: The version's id.
            text: Its content.
            labels: What it carries.

        Raises:
            SecretsManagerError: The call failed, or the version has other content
                (ResourceExistsException).
        """
        self._call(
            "put_secret_value",
            SecretId=self.arn,
            ClientRequestToken=token,
            SecretString=text.reveal(),
            VersionStages=list(labels),
        )

    def make_current(self, token: str, *, instead_of: str) -> None:
        """Moves AWSCURRENT, and with it AWSPREVIOUS, and lets AWSPENDING go.

        Args:
            token: Version that gets it.
            instead_of: Version that has it. If another one has it by then, nothing is moved.

        Raises:
            SecretsManagerError: The call failed, and the version is not AWSCURRENT.
        """
        try:
            self.move(CURRENT, token, instead_of=instead_of)
        except SecretsManagerError:
            # A parallel run was first, or the answer to an earlier attempt was lost.
            if self.current().id != token:
                raise
        self.let_pending_go(token)

    def let_pending_go(self, token: str) -> None:
        """Takes AWSPENDING off the version that is AWSCURRENT, if that can be had.

        It might stay. But a person who edits the secret would leave it on another version than
        AWSCURRENT: Secrets Manager then takes the next rotation for one that goes on with that
        version, which is over, and what the person wrote would be undone.
        """
        with suppress(SecretsManagerError, OutOfTimeError):
            self.take_off(PENDING, token)

    def move(self, label: str, token: str, *, instead_of: str | None) -> None:
        """Moves a label.

        Args:
            label: Which.
            token: Version that gets it.
            instead_of: Version that has it; None if none has. If that is not so by then, nothing is
                moved.

        Raises:
            SecretsManagerError: The call failed.
        """
        where = {"RemoveFromVersionId": instead_of} if instead_of else {}
        self._call(
            "update_secret_version_stage",
            SecretId=self.arn,
            VersionStage=label,
            MoveToVersionId=token,
            **where,
        )

    def try_move(self, label: str, token: str, *, instead_of: str | None) -> bool:
        """Moves a label by compare and swap.

        Args:
            label: Which.
            token: Version that gets it.
            instead_of: Version that has it; None if none has.

        Returns:
            Whether it was moved; False if it was elsewhere by then.

        Raises:
            SecretsManagerError: The call failed.
        """
        try:
            self.move(label, token, instead_of=instead_of)
        except SecretsManagerError as error:
            if error.code not in _TAKEN:
                raise
            return False
        return True

    def take_off(self, label: str, token: str) -> None:
        """Takes a label off a version.

        Raises:
            SecretsManagerError: The call failed, or another version has the label.
        """
        self._call(
            "update_secret_version_stage",
            SecretId=self.arn,
            VersionStage=label,
            RemoveFromVersionId=token,
        )

    def _read_if_there(self, **which: str) -> Version | None:
        try:
            return self._read(self.arn, **which)
        except SecretsManagerError as error:
            if error.code not in _NO_SUCH_VERSION:
                raise
            return None

    def _read(self, arn: str, **which: str) -> Version:
        answer = self._call("get_secret_value", SecretId=arn, **which)
        text = answer.get("SecretString")
        if not isinstance(text, str):
            raise BadSecretError(
                f"The secret {arn} holds binary data",
                remedy="Store the documented JSON as SecretString",
            )
        return Version(answer["VersionId"], SecretText(text), answer["CreatedDate"])

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401  # boto3's
        while True:
            self._deadline.remaining()
            try:
                answer: dict[str, Any] = getattr(self._client, operation)(**arguments)
            except (ClientError, BotoCoreError) as error:
                if self._rights.may_come(code_of(error)):
                    continue
                retry = may_pass(error, later=LATER)
                raise _failed(operation, arguments, code_of(error), retry=retry) from error
            return answer


def _failed(
    operation: str, arguments: dict[str, Any], code: str, *, retry: bool
) -> SecretsManagerError:
    remedy = _REMEDIES.get(code, _COMPARE_RIGHTS)
    return SecretsManagerError(
        f"Secrets Manager answered {code} to {operation} on {arguments['SecretId']}",
        code=code,
        remedy=_TRY_LATER if retry else remedy,
        retry_helps=retry,
    )
