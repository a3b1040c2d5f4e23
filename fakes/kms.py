"""KMS and the one parameter of Systems Manager, in memory; the few calls that functions make."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from fakes.secrets_manager import failure

Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_CURVES = {"ECC_NIST_P256": ec.SECP256R1(), "ECC_NIST_P384": ec.SECP384R1()}
_LONGEST = 4096


class Kms:
    """Stands in for both boto3 clients. `calls` counts, `before` and `after` inject faults.

    Attributes:
        keys: Asymmetric keys by ARN, with their kinds.
        pair_key: ARN of the symmetric key.
        refused: What is answered AccessDeniedException.
        contexts: The encryption contexts of the pairs that were made.
        bundle: What the parameter holds.
    """

    def __init__(self, pair_key: str) -> None:
        self.keys: dict[str, tuple[str, Private]] = {}
        self.pair_key = pair_key
        self.refused: dict[str, str] = {}
        self.contexts: list[dict[str, str]] = []
        self.bundle = ""
        self.calls: list[str] = []
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def make(self, arn: str, spec: str = "ECC_NIST_P256") -> None:
        """Make a key for signing."""
        self.keys[arn] = spec, _private(spec)

    def generate_data_key_pair(
        self,
        *,
        KeyId: str,  # noqa: N803  # boto3's
        KeyPairSpec: str,  # noqa: N803
        EncryptionContext: dict[str, str],  # noqa: N803
    ) -> dict[str, Any]:
        """GenerateDataKeyPair."""

        def run() -> dict[str, Any]:
            if KeyId != self.pair_key:
                raise failure("InvalidKeyUsageException", "GenerateDataKeyPair")
            self.contexts.append(EncryptionContext)
            private = _private(KeyPairSpec)
            der = private.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            return {"PrivateKeyPlaintext": der, "PublicKey": _public(private)}

        return self._observed("generate_data_key_pair", run)

    def get_public_key(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803
        """GetPublicKey."""

        def run() -> dict[str, Any]:
            spec, private = self._key(KeyId, "GetPublicKey")
            return {"KeySpec": spec, "PublicKey": _public(private)}

        return self._observed("get_public_key", run)

    def sign(
        self,
        *,
        KeyId: str,  # noqa: N803
        Message: bytes,  # noqa: N803
        MessageType: str,  # noqa: N803
        SigningAlgorithm: str,  # noqa: N803
    ) -> dict[str, Any]:
        """Sign."""

        def run() -> dict[str, Any]:
            spec, private = self._key(KeyId, "Sign")
            if MessageType != "RAW" or len(Message) > _LONGEST:
                raise failure("ValidationException", "Sign")
            digest = hashes.SHA384() if SigningAlgorithm.endswith("384") else hashes.SHA256()
            if isinstance(private, rsa.RSAPrivateKey):
                return {"Signature": private.sign(Message, padding.PKCS1v15(), digest)}
            if SigningAlgorithm != ("ECDSA_SHA_384" if spec.endswith("384") else "ECDSA_SHA_256"):
                raise failure("ValidationException", "Sign")
            return {"Signature": private.sign(Message, ec.ECDSA(digest))}

        return self._observed("sign", run)

    def get_parameter(self, *, Name: str) -> dict[str, Any]:  # noqa: N803
        """GetParameter of Systems Manager."""
        return self._observed(
            "get_parameter", lambda: {"Parameter": {"Name": Name, "Value": self.bundle}}
        )

    def _key(self, arn: str, operation: str) -> tuple[str, Private]:
        if arn not in self.keys:
            raise failure("NotFoundException", operation)
        return self.keys[arn]

    def _observed(self, name: str, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self.calls.append(name)
        self.before(name)
        if name in self.refused:
            raise self._refusal(name)
        answer = run()
        self.after(name)
        return answer

    def _refusal(self, name: str) -> ClientError:
        return failure(self.refused[name], name)


def _private(spec: str) -> Private:
    if spec in _CURVES:
        return ec.generate_private_key(_CURVES[spec])
    return rsa.generate_private_key(65537, int(spec.removeprefix("RSA_")))


def _public(private: Private) -> bytes:
    return private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
