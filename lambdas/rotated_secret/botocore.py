"""botocore and boto3: an access key in a secret, in sessions that are made once."""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore.credentials import (
    CredentialProvider,
    CredentialResolver,
    Credentials,
    ReadOnlyCredentials,
)

from rotated_secret.discretion import Hidden
from rotated_secret.secret import RotatedValue
from rotated_secret.value import Value

_KEY, _SECRET, _TOKEN = "AccessKeyId", "SecretAccessKey", "SessionToken"
"""What IAM's CreateAccessKey answers, and a `credential_process`."""

_REFUSALS = {
    "AuthFailure",  # EC2
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",  # S3
    "InvalidClientTokenId",  # STS, IAM, and others with XML
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",  # services with JSON
    "403",  # HEAD, which is answered without a code
}
"""https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and the services' own."""

_VERSION = "rotated_secret.version"
_IS_RETRY = "rotated_secret.is_retry"


def session(secret: RotatedValue) -> botocore.session.Session:
    """Makes a session whose clients sign each request with the access key that is current.

    A request that AWS refuses because of its key is sent once more, if the secret has another one
    by then. The session has no credentials besides.

    Args:
        secret: An access key, as IAM's CreateAccessKey answers it: AccessKeyId, SecretAccessKey,
            and SessionToken if there is one.

    Returns:
        A session of botocore; `boto3.Session(botocore_session=…)` takes it. Its clients are made as
        any other session's, and may be kept.

    Raises:
        TypeError: `secret` is of another type.
    """
    credentials = RotatedCredentials(secret)
    made = botocore.session.Session()
    made.register_component("credential_provider", CredentialResolver([_Provider(credentials)]))
    made.register("before-sign", credentials.note)
    made.register("needs-retry", credentials.try_again)
    return made


class RotatedCredentials(Credentials):
    """Credentials that are read from the handle for each signature."""

    def __init__(self, secret: RotatedValue) -> None:
        """Lets the handle take no version any more that is no access key.

        Args:
            secret: See `session`.

        Raises:
            TypeError: It is of another type.
        """
        _check(secret)
        secret.expect(_frozen)
        self._secret = secret
        self.method = "rotated-secret"
        self.account_id = None

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """The access key that is current.

        Raises:
            RotatedSecretError: There is none yet, and it can't be read.
        """
        return _frozen(self._secret.value()).reveal()

    @property
    def access_key(self) -> str:  # type: ignore[override]  # nobody sets it
        """The id of the key."""
        return str(self.get_frozen_credentials().access_key)

    @property
    def secret_key(self) -> str:  # type: ignore[override]  # nobody sets it
        """The key itself."""
        return str(self.get_frozen_credentials().secret_key)

    @property
    def token(self) -> str | None:  # type: ignore[override]  # nobody sets it
        """The token of a session, if there is one."""
        return self.get_frozen_credentials().token

    def note(self, **event: Any) -> None:  # noqa: ANN401  # botocore's
        """Writes down with which version a request is signed: the handler of `before-sign`."""
        event["request"].context[_VERSION] = self._secret.value()

    def try_again(self, **event: Any) -> Any:  # noqa: ANN401  # botocore's
        """Whether to send a request again: the handler of `needs-retry`.

        Returns:
            The seconds until then, which are none; None if it is not sent again because of the key.
        """
        request, context = event["request_dict"], event["request_dict"]["context"]
        version = context.get(_VERSION)
        if version is None or context.get(_IS_RETRY) or _code(event["response"]) not in _REFUSALS:
            return None
        if not self._secret.replacement(version) or not _can_be_sent_again(request["body"]):
            return None
        context[_IS_RETRY] = True
        return 0


class _Provider(CredentialProvider):
    METHOD = "rotated-secret"

    def __init__(self, credentials: Credentials) -> None:
        super().__init__()
        self._credentials = credentials

    def load(self) -> Credentials:
        return self._credentials


def _check(secret: object) -> None:
    if not isinstance(secret, RotatedValue):
        raise TypeError(f"secret must be a RotatedValue, not {type(secret).__name__}")


def _frozen(value: Value) -> Hidden[ReadOnlyCredentials]:
    token = Hidden(None if value.json.get(_TOKEN) is None else value.field(_TOKEN))
    return Hidden(ReadOnlyCredentials(value.field(_KEY), value.field(_SECRET), token.reveal()))


def _code(response: tuple[object, dict[str, Any]] | None) -> object:
    return response and response[1].get("Error", {}).get("Code")


def _can_be_sent_again(body: Any) -> bool:  # noqa: ANN401  # of any kind that botocore takes
    if not hasattr(body, "read"):  # bytes, a form
        return True
    try:
        body.seek(0)
    except (AttributeError, OSError, ValueError):
        return False
    return True
