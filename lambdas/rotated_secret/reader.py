"""The one call to Secrets Manager that there is."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Generic

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    MetadataRetrievalError,
    NoCredentialsError,
    SSOError,
    TokenRetrievalError,
)

from rotated_secret.arguments import Place, check_client
from rotated_secret.client import shared_clients
from rotated_secret.discretion import silence, without_frames
from rotated_secret.errors import BadSecretError, RotatedSecretError, SecretUnavailableError
from rotated_secret.value import V, Value

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_CURRENT = "AWSCURRENT"

_CHECK_ID = "Check the secret's id: its name or its ARN, without a field or a stage behind it"

_FINAL = {
    "AccessDeniedException": "Allow the role secretsmanager:GetSecretValue on this secret with the"
    " version stage AWSCURRENT, and look at the secret's policy, its key and the VPC endpoint",
    "DecryptionFailure": "Allow the role to decrypt with the secret's key",
    "InvalidParameterException": _CHECK_ID,
    "InvalidRequestException": "If the secret is scheduled for deletion, restore it",
    "ResourceNotFoundException": "Check the secret's id and the client's region",
    "ValidationException": _CHECK_ID,
    "UnrecognizedClientException": "Check the credentials with which AWS is called",
    "ExpiredTokenException": "Renew the credentials with which AWS is called: their session token"
    " has expired",
    "AccessDenied": "Look at the trust policy of the role that this process assumes",  # of STS
    "InvalidIdentityToken": "Look at the identity provider that the role trusts",
}
"""Answers that do not go away by themselves, each with a remedy.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
"""

_STALE_CODES = {
    "ExpiredTokenException",
    "InvalidSignatureException",
    "UnrecognizedClientException",
}

_NO_CREDENTIALS: tuple[type[BotoCoreError], ...] = (
    CredentialRetrievalError,
    HTTPClientError,
    MetadataRetrievalError,
    NoCredentialsError,
    SSOError,
    TokenRetrievalError,
)
"""There may be credentials later: where they come from may not be ready, or not be reached."""

_LATER = "Try again later; if it stays, look at the network, the VPC endpoint and the credentials"


class Reader(Generic[V]):
    """Reads AWSCURRENT of one secret.

    Attributes:
        secret_id: ARN or name of the secret.
        checks: Each raises BadSecretError for a version that is not to be taken.
    """

    def __init__(
        self,
        secret_id: str,
        parse: Callable[[Value], V],
        client: SecretsManagerClient | None,
    ) -> None:
        """Names the secret.

        Args:
            secret_id: ARN or name.
            parse: Makes something of the content, or raises BadSecretError.
            client: Secrets Manager; shared with other handles if left out.

        Raises:
            TypeError: `secret_id` or `client` is none.
            ValueError: `secret_id` is none, or in another region or partition than the client.
            botocore.exceptions.NoRegionError: No region is known.
        """
        self.secret_id = secret_id
        self.checks: list[Callable[[V], object]] = []
        self._parse = parse
        self._place = Place.of(secret_id)
        self._is_own = client is None
        self._client = client
        self._is_forked = False
        if client is None:
            self._begin()
        else:
            check_client(client)
            self._place.check(client, secret_id=secret_id)

    def read(self) -> V:
        """Reads it.

        The label is always passed: only then can a policy allow AWSCURRENT and nothing else.

        Raises:
            SecretUnavailableError: Secrets Manager did not give it.
            BadSecretError: Its content can't be used.
        """
        parsed = self._parsed(self._asked())
        if isinstance(parsed, BadSecretError):
            raise parsed
        return parsed

    def _asked(self) -> Value:
        try:
            with silence():
                client = self._connected()
                answer = client.get_secret_value(SecretId=self.secret_id, VersionStage=_CURRENT)
        except Exception as error:
            self._look_for_credentials_anew(error)
            raise self._unavailable(without_frames(error)) from error
        content = answer.get("SecretString", answer.get("SecretBinary"))
        return Value.of(content, version_id=answer["VersionId"], secret_id=self.secret_id)

    def _parsed(self, value: Value) -> V | BadSecretError:
        """The version; or why it can't be used, without the frames that hold the content."""
        try:
            parsed = self._parse(value)
            for check in self.checks:
                check(parsed)
        except BadSecretError as error:
            return without_frames(error)
        except Exception as error:  # noqa: BLE001  # a check is the application's
            return value.unusable(_defect(error))
        return parsed

    def forked(self) -> None:
        """Lets go of connections that the parent process uses too, at the next call."""
        self._is_forked = True

    def _begin(self) -> None:
        """Makes the client now, while a function starts; later if there are no credentials yet."""
        with suppress(*_NO_CREDENTIALS):
            self._connected()

    def _connected(self) -> SecretsManagerClient:
        if self._is_forked:
            if self._is_own:
                self._client = None
            elif self._client is not None:
                self._client.close()  # it opens new ones
            self._is_forked = False
        if self._client is None:
            client = shared_clients.get(self._place.region)
            self._place.check(client, secret_id=self.secret_id)
            self._client = client
        return self._client

    def _look_for_credentials_anew(self, error: Exception) -> None:
        """A client keeps what it found when it was made, such as keys in a file."""
        is_stale = isinstance(error, NoCredentialsError) or _code(error) in _STALE_CODES
        if is_stale and self._is_own and self._client is not None:
            shared_clients.discard(self._client)
            self._client = None

    def _unavailable(self, error: Exception) -> RotatedSecretError:
        code = _code(error)
        return SecretUnavailableError(
            self.secret_id,
            f"Secrets Manager did not give {_CURRENT}: {code}",
            code=code,
            remedy=_FINAL.get(code, _LATER),
            retry_helps=code not in _FINAL,
        )


def _defect(error: Exception) -> str:
    """What was raised, and where. Its own text may hold something of the content."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"a check of it raised {type(error).__name__} ({where.filename}, line {where.lineno})"


def _code(error: Exception) -> str:
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"]
    return type(error).__name__
