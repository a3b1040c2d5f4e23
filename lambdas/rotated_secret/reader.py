"""The one call to Secrets Manager that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from rotated_secret.client import secrets_manager_client
from rotated_secret.credential import Credential
from rotated_secret.discretion import without_frames
from rotated_secret.errors import BadSecretError, RotatedSecretError, SecretUnavailableError
from rotated_secret.hidden import Hidden

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_CURRENT = "AWSCURRENT"

_FINAL = {
    "AccessDeniedException": "Allow the role secretsmanager:GetSecretValue on this secret with the"
    " version stage AWSCURRENT, and look at the secret's policy, its key and the VPC endpoint",
    "DecryptionFailure": "Allow the role to decrypt with the secret's key",
    "InvalidRequestException": "If the secret is scheduled for deletion, restore it",
    "ResourceNotFoundException": "Check the secret's id and the client's region",
    "UnrecognizedClientException": "Check the credentials with which AWS is called",
}
"""Answers that do not go away by themselves, each with a remedy.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
"""

_LATER = "Try again later; if it stays, look at the network, the VPC endpoint and the credentials"


class Reader:
    """Reads AWSCURRENT of one secret.

    Attributes:
        secret_id: ARN or name of the secret.
    """

    def __init__(self, secret_id: str, client: SecretsManagerClient | None) -> None:
        """Names the secret.

        Args:
            secret_id: ARN or name.
            client: Secrets Manager; made here if left out.
        """
        self.secret_id = secret_id
        self._is_own = client is None
        self._client = client or secrets_manager_client()
        self._is_forked = False

    def read(self) -> Credential:
        """Reads it.

        The label is always passed: only then can a policy allow AWSCURRENT and nothing else.

        Raises:
            SecretUnavailableError: Secrets Manager did not give it.
            BadSecretError: Its content can't be used.
        """
        parsed = _parsed(*self._asked(), self.secret_id)
        if isinstance(parsed, BadSecretError):
            raise parsed
        return parsed

    def _asked(self) -> tuple[Hidden[object], str]:
        try:
            client = self._connected()
            answer = client.get_secret_value(SecretId=self.secret_id, VersionStage=_CURRENT)
        except Exception as error:
            raise self._unavailable(error) from error
        return Hidden(answer.get("SecretString")), answer["VersionId"]

    def forked(self) -> None:
        """Lets go of connections that the parent process uses too, at the next call."""
        self._is_forked = True

    def _connected(self) -> SecretsManagerClient:
        if self._is_forked:
            if self._is_own:
                self._client = secrets_manager_client()
            else:
                self._client.close()  # it opens new ones
            self._is_forked = False
        return self._client

    def _unavailable(self, error: Exception) -> RotatedSecretError:
        code = type(error).__name__
        if isinstance(error, ClientError):
            code = error.response["Error"]["Code"]
        return SecretUnavailableError(
            self.secret_id,
            f"Secrets Manager did not give {_CURRENT}: {code}",
            code=code,
            remedy=_FINAL.get(code, _LATER),
            retry_helps=code not in _FINAL,
        )


def _parsed(
    content: Hidden[object], version_id: str, secret_id: str
) -> Credential | BadSecretError:
    """The credential; or why there is none, without the frames that hold the content."""
    try:
        return Credential.parse(content.reveal(), version_id=version_id, secret_id=secret_id)
    except BadSecretError as error:
        return without_frames(error)
