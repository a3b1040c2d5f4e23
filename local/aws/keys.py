"""KMS as it is documented, where moto differs.

https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html
"""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from moto.core.exceptions import JsonRESTError
from moto.kms.exceptions import ValidationException
from moto.kms.models import Key
from moto.kms.responses import KmsResponse
from moto.kms.utils import generate_private_key

from local.moto_patch import add, wrap

LONGEST_MESSAGE = 4096
"""Bytes of a message that is signed as it is, https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html."""

_CURVES: dict[str, ec.EllipticCurve] = {
    "ECC_NIST_P256": ec.SECP256R1(),
    "ECC_NIST_P384": ec.SECP384R1(),
    "ECC_NIST_P521": ec.SECP521R1(),
    "ECC_SECG_P256K1": ec.SECP256K1(),
}
_SIZES = {"RSA_2048": 2048, "RSA_3072": 3072, "RSA_4096": 4096}
_DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}


class KeyStateError(JsonRESTError):
    """The key's state does not let it be used.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
    """

    code = 400


class KeyUsageError(JsonRESTError):
    """The key is of another kind than the call needs."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("InvalidKeyUsageException", message)


def install() -> None:
    """Answer GenerateDataKeyPair, Sign, Verify and GetPublicKey; make keys of all kinds."""
    add(KmsResponse, "generate_data_key_pair", generate_data_key_pair)
    wrap(KmsResponse, "sign", _signing)
    wrap(KmsResponse, "verify", _verifying)
    wrap(KmsResponse, "get_public_key", _with_key_spec)
    wrap(Key, "create_from_cloudformation_json", _of_its_kind)


def generate_data_key_pair(response: KmsResponse) -> str:
    """Make a key pair: the private key in clear, and encrypted under a symmetric key."""
    key = _usable(response)
    if key.key_spec != "SYMMETRIC_DEFAULT":
        raise KeyUsageError(f"{key.arn} key usage is {key.key_usage}, which is not valid here.")
    spec = response._get_param("KeyPairSpec")  # noqa: SLF001 - there is no other way to them
    private = _private(spec)
    plaintext = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    ciphertext, arn = response.kms_backend.encrypt(
        key_id=key.id,
        plaintext=plaintext,
        encryption_context=response._get_param("EncryptionContext", {}),  # noqa: SLF001 - the same
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return json.dumps(
        {
            "KeyId": arn,
            "KeyPairSpec": spec,
            "PrivateKeyCiphertextBlob": _text(ciphertext),
            "PrivateKeyPlaintext": _text(plaintext),
            "PublicKey": _text(public),
        }
    )


def _signing(sign: Callable[[KmsResponse], str]) -> Callable[[KmsResponse], str]:
    """Sign only what and with what KMS signs; moto takes a digest for a message, and any state."""

    def signed(response: KmsResponse) -> str:
        key = _usable(response)
        message = response._get_param("Message")  # noqa: SLF001 - there is no other way to it
        if response._get_param("MessageType", "RAW") == "RAW":  # noqa: SLF001 - the same
            if len(message) > LONGEST_MESSAGE:
                raise ValidationException(
                    "1 validation error detected: Value at 'message' failed to satisfy constraint: "
                    f"Member must have length less than or equal to {LONGEST_MESSAGE}"
                )
            return sign(response)
        answer: dict[str, Any] = json.loads(sign(response))  # refuses what is no key for it
        signature = _of_digest(key, message, answer["SigningAlgorithm"])
        return json.dumps({**answer, "Signature": _text(signature)})

    return signed


def _with_key_spec(read: Callable[[KmsResponse], str]) -> Callable[[KmsResponse], str]:
    """Answer the key's ARN and ``KeySpec``, if it is enabled; moto has the id and an old name."""

    def answered(response: KmsResponse) -> str:
        key = _usable(response)
        answer: dict[str, Any] = json.loads(read(response))
        return json.dumps({**answer, "KeyId": key.arn, "KeySpec": key.key_spec})

    return answered


def _of_its_kind(create: Callable[..., Key]) -> Callable[..., Key]:
    """Make the key that a template describes; moto makes a symmetric one, whatever it says.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
    """

    def created(
        owner: type[Key],
        resource_name: str,
        cloudformation_json: dict[str, Any],
        *where: str,
        **more: object,
    ) -> Key:
        properties = cloudformation_json["Properties"]
        spec = properties.get("KeySpec", "SYMMETRIC_DEFAULT")
        if spec != "SYMMETRIC_DEFAULT" and properties.get("EnableKeyRotation"):
            raise ValidationException(
                "You cannot set the EnableKeyRotation property to true on asymmetric keys."
            )
        key = create(owner, resource_name, cloudformation_json, *where, **more)
        key.key_spec = spec
        key.key_usage = properties.get("KeyUsage", "ENCRYPT_DECRYPT")
        key.private_key = generate_private_key(spec)
        return key

    return created


def _usable(response: KmsResponse) -> Key:
    """Return the key that a call names, if its state lets it be used."""
    key_id = response._get_param("KeyId")  # noqa: SLF001 - there is no other way to it
    response._validate_key_id(key_id)  # noqa: SLF001 - as moto's own operations do
    key = response.kms_backend.describe_key(key_id)
    if key.key_state == "Disabled":
        raise KeyStateError("DisabledException", f"{key.arn} is disabled.")
    if key.key_state != "Enabled":
        state = {"PendingDeletion": "pending deletion"}.get(key.key_state, key.key_state)
        raise KeyStateError("KMSInvalidStateException", f"{key.arn} is {state}.")
    return key


def _private(spec: str) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    if spec in _CURVES:
        return ec.generate_private_key(_CURVES[spec])
    if spec in _SIZES:
        return rsa.generate_private_key(65537, _SIZES[spec])
    raise ValidationException(
        f"1 validation error detected: Value '{spec}' at 'keyPairSpec' failed to satisfy "
        f"constraint: Member must satisfy enum value set: {[*_CURVES, *_SIZES]}"
    )


def _verifying(verify: Callable[[KmsResponse], str]) -> Callable[[KmsResponse], str]:
    """Verify the signature of a digest as that of its message; moto takes it for a message."""

    def verified(response: KmsResponse) -> str:
        key = _usable(response)
        if response._get_param("MessageType", "RAW") == "RAW":  # noqa: SLF001 - no other way
            return verify(response)
        answer: dict[str, Any] = json.loads(verify(response))  # refuses what is no key for it
        digest, how = _way(
            response._get_param("Message"),  # noqa: SLF001 - the same
            answer["SigningAlgorithm"],
        )
        signature = base64.b64decode(response._get_param("Signature"))  # noqa: SLF001 - the same
        own: Any = key.private_key
        try:
            own.private_key.public_key().verify(signature, digest, *how)
        except InvalidSignature:
            return json.dumps({**answer, "SignatureValid": False})
        return json.dumps({**answer, "SignatureValid": True})

    return verified


def _of_digest(key: Key, message: bytes, algorithm: str) -> bytes:
    digest, how = _way(message, algorithm)
    own: Any = key.private_key
    signature: bytes = own.private_key.sign(digest, *how)
    return signature


def _way(digest: bytes, algorithm: str) -> tuple[bytes, Sequence[Any]]:
    """What signs, or verifies, a digest with an algorithm.

    Raises:
        ValidationException: It is no digest for that.
    """
    hashed = _DIGESTS[algorithm[-3:]]
    if len(digest) != hashed.digest_size:
        raise ValidationException(f"Digest is invalid length for algorithm {algorithm}.")
    prehashed = utils.Prehashed(hashed)
    if algorithm.startswith("ECDSA"):
        return digest, [ec.ECDSA(prehashed)]
    if "PSS" in algorithm:
        salt = padding.PSS(mgf=padding.MGF1(hashed), salt_length=hashed.digest_size)
        return digest, [salt, prehashed]
    return digest, [padding.PKCS1v15(), prehashed]


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
