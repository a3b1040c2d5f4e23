"""The keys of certificates, and how they are used."""

from collections.abc import Mapping

from credential_rotation.names import pascal
from security.identifiers import ACCOUNT, arn
from security.intent import Context, Intent
from security.parts import Parts
from security.principals import Principal

ROTATION, MAKER = "certificates-rotation", "certificates-users"
"""The functions."""

_RAW = {"kms:SigningAlgorithm": "ECDSA_SHA_256", "kms:MessageType": "RAW"}


def authorities(parts: Parts) -> Mapping[str, str]:
    """ARNs of the keys of the authorities, by their names."""
    given = parts.settings.certificate_authority.authorities
    return {
        name: each.key_arn or arn("kms", f"key/CertificatesAuthority{pascal(name)}Key")
        for name, each in given.items()
    }


def pair_key() -> str:
    """ARN of the key that makes pairs."""
    return arn("kms", "key/CertificatesPairsKey")


def secrets(parts: Parts) -> list[str]:
    """ARNs of the secrets of certificates."""
    return [parts.secret(f"certificates/{name}") for name in parts.settings.certificates]


def sign(who: Principal, key: str, what: str, **how: str) -> Intent:
    """Sign with a key.

    Args:
        who: Who does.
        key: ARN of the key.
        what: What for.
        how: Condition keys that are otherwise than for a certificate, without `kms:`.
    """
    return used(who, "kms:Sign", key, what, {**_RAW, **{f"kms:{n}": v for n, v in how.items()}})


def make_pair(who: Principal, secret: str, what: str) -> Intent:
    """Have a key pair made for a secret; for none if that is empty."""
    context: Context = {
        "kms:EncryptionContext:SecretARN": secret,
        "kms:EncryptionContextKeys": ("SecretARN",),
    }
    how = context if secret else {}
    return used(who, "kms:GenerateDataKeyPair", pair_key(), what, how)


def used(who: Principal, action: str, key: str, what: str, how: Context | None = None) -> Intent:
    """Use a key directly."""
    account = who.account if who.role_arn else ACCOUNT
    context = {"kms:CallerAccount": account, **(how or {})}
    return Intent(what=what, who=who, action=action, resource=key, context=context)


def parameter(parts: Parts) -> str:
    """ARN of the parameter with the authorities' certificates."""
    return arn("ssm", f"parameter/certificate-authorities/{parts.path}")
