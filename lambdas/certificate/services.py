"""The calls to KMS and to Systems Manager, and what they answer as our errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from certificate.pem import pem
from rotation.aws_errors import code_of, may_pass
from rotation.errors import GoneError, RefusedChangeError, TargetError, UnreachableError
from rotation.secret_text import SecretText

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

    from rotation.deadline import Deadline

LONGEST_MESSAGE = 4096
"""Bytes that KMS signs as they are.

https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
"""

_LATER = {
    "DependencyTimeoutException",
    "InternalServerError",
    "KMSInternalException",
    "KeyUnavailableException",
    "LimitExceededException",
    "RequestTimeout",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
}

_REMEDIES = {
    "AccessDeniedException": "Let the function's role and the key's policy allow it again: deploy"
    " the stack, or see docs/certificates.md for what a key of your own has to allow",
    "DisabledException": "Enable the key",
    "KMSInvalidStateException": "Cancel the key's deletion and enable it",
}
_OTHERWISE = "Compare the function's settings and its key with what docs/certificates.md says"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A new key pair.

    Attributes:
        private: The private key as PEM, PKCS #8, not encrypted.
        public: The SubjectPublicKeyInfo as DER.
    """

    private: SecretText
    public: bytes


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a key in KMS.

    Attributes:
        spec: The key's kind, such as `ECC_NIST_P256`.
        der: The SubjectPublicKeyInfo as DER.
    """

    spec: str
    der: bytes


class Kms:
    """KMS within the time of a step."""

    def __init__(self, client: KMSClient, deadline: Deadline) -> None:
        """Names the client; nothing is called yet.

        Args:
            client: KMS.
            deadline: After it no call is begun.
        """
        self._client = client
        self._deadline = deadline

    def key_pair(self, key: str, spec: str, *, secret: str) -> KeyPair:
        """Makes a key pair. What KMS also answers, the private key encrypted, is let go.

        Args:
            key: ARN of a symmetric key.
            spec: The kind of the pair.
            secret: ARN of the secret that it is for, to which the encryption context binds it.

        Raises:
            TargetError: KMS refused, or did not answer.
        """
        answer = _call(
            self._client.generate_data_key_pair,
            "kms:GenerateDataKeyPair",
            key,
            self._deadline,
            KeyId=key,
            KeyPairSpec=spec,
            EncryptionContext={"SecretARN": secret},
        )
        return KeyPair(
            SecretText(pem("PRIVATE KEY", answer["PrivateKeyPlaintext"])), answer["PublicKey"]
        )

    def public_key(self, key: str) -> PublicKey:
        """Reads the public half of an asymmetric key.

        Raises:
            TargetError: KMS refused, or did not answer.
        """
        answer = _call(
            self._client.get_public_key, "kms:GetPublicKey", key, self._deadline, KeyId=key
        )
        return PublicKey(answer["KeySpec"], answer["PublicKey"])

    def sign(self, key: str, message: bytes, algorithm: str) -> bytes:
        """Signs a message. KMS makes the digest.

        Args:
            key: ARN of an asymmetric key.
            message: Up to `LONGEST_MESSAGE` bytes.
            algorithm: As KMS calls it.

        Raises:
            TargetError: KMS refused, or did not answer; or the message is too long.
        """
        if len(message) > LONGEST_MESSAGE:
            raise RefusedChangeError(
                f"The certificate has {len(message)} bytes; KMS signs {LONGEST_MESSAGE} at most",
                remedy="Declare fewer names, or divide them among two certificates",
            )
        answer = _call(
            self._client.sign,
            "kms:Sign",
            key,
            self._deadline,
            KeyId=key,
            Message=message,
            MessageType="RAW",
            SigningAlgorithm=algorithm,
        )
        signature: bytes = answer["Signature"]
        return signature


def parameter(client: Any, name: str, deadline: Deadline) -> str:  # noqa: ANN401 - boto3's
    """Reads a parameter of Systems Manager.

    Args:
        client: Systems Manager.
        name: The parameter's name.
        deadline: After it no call is begun.

    Raises:
        TargetError: It is not there, or Systems Manager refused or did not answer.
    """
    answer = _call(client.get_parameter, "ssm:GetParameter", name, deadline, Name=name)
    return str(answer["Parameter"]["Value"])


def _call(call: Any, action: str, on: str, deadline: Deadline, **arguments: Any) -> Any:  # noqa: ANN401 - boto3's
    deadline.remaining()
    try:
        return call(**arguments)
    except (ClientError, BotoCoreError) as error:
        raise _failure(action, on, error) from error


def _failure(action: str, on: str, error: ClientError | BotoCoreError) -> TargetError:
    code = code_of(error)
    cause = f"{action} on {on} was answered {code}"
    if may_pass(error, later=_LATER):
        return UnreachableError(cause, remedy="Try again later; if it stays, see AWS's health page")
    if code in {"NotFoundException", "ParameterNotFound"}:
        return GoneError(cause, remedy="Deploy the stack again, which makes it anew")
    return RefusedChangeError(cause, remedy=_REMEDIES.get(code, _OTHERWISE))
