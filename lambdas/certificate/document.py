"""The secret's JSON: a certificate with its key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from certificate.reading import Certificate, UnreadableCertificateError
from rotation.errors import BadSecretError
from rotation.secret_object import SecretObject
from rotation.secret_text import SecretText

_FIELDS = ("Certificate", "PrivateKey", "TrustedCertificates")
_REMEDY = (
    "Put the version before back, or take Certificate and PrivateKey out of it and deploy the "
    "stack, which then makes a first certificate"
)


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate, its key, and what its peers trust.

    The fields have the names of what ACM's ExportCertificate answers; `NotBefore`, `NotAfter` and
    `TrustedCertificates` are ours.
    https://docs.aws.amazon.com/acm/latest/APIReference/API_ExportCertificate.html

    Attributes:
        certificate: The leaf, as PEM.
        chain: What is between it and an authority, as PEM; empty if nothing is.
        key: The private key as PEM, not encrypted.
        trusted: The authorities that its peers have to trust, as PEM.
        leaf: What the leaf says.
        document: The whole JSON object. Fields that we don't know are kept as they are.
    """

    certificate: str
    chain: str
    key: SecretText
    trusted: str
    leaf: Certificate
    document: SecretObject = field(repr=False)

    @classmethod
    def parse(cls, text: SecretText, *, whose: str) -> Self:
        """Reads a secret.

        Args:
            text: The secret's content.
            whose: Where it comes from, for errors: a label.

        Raises:
            BadSecretError: A field is missing or can't be used.
        """
        document = _object(text, whose)
        fields = document.fields
        certificate, trusted = (_text(fields, name, whose) for name in (_FIELDS[0], _FIELDS[2]))
        chain = fields.get("CertificateChain", "")
        if not isinstance(chain, str):
            raise _bad(whose, "CertificateChain is no text")
        try:
            leaf = Certificate.of(certificate)
        except UnreadableCertificateError as error:
            raise _bad(whose, f"Certificate: {error}") from error
        key = SecretText(_text(fields, "PrivateKey", whose))
        return cls(certificate, chain, key, trusted, leaf, document)


def waiting(text: SecretText, *, whose: str) -> SecretObject | None:
    """The JSON object of a secret that waits for its first certificate.

    Args:
        text: The secret's content.
        whose: Where it comes from, for errors: a label.

    Returns:
        None if it holds one.

    Raises:
        BadSecretError: It is no JSON object.
    """
    document = _object(text, whose)
    return None if {"Certificate", "PrivateKey"} & document.fields.keys() else document


def content(
    like: SecretObject, *, certificate: str, chain: str, key: SecretText, trusted: str
) -> SecretText:
    """The content of a secret with a new certificate.

    Args:
        like: The content before; what is not replaced stays as it is.
        certificate: The leaf, as PEM.
        chain: What is between it and an authority, as PEM.
        key: The private key, as PEM.
        trusted: The authorities that peers have to trust, as PEM.
    """
    leaf = Certificate.of(certificate)
    return like.replaced(
        {
            "Certificate": certificate,
            "CertificateChain": chain,
            "PrivateKey": key.reveal(),
            "TrustedCertificates": trusted,
            "NotBefore": _iso(leaf.begin),
            "NotAfter": _iso(leaf.end),
        }
    )


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _object(text: SecretText, whose: str) -> SecretObject:
    try:
        return SecretObject.parse(text)
    except ValueError as error:
        raise _bad(whose, str(error)) from None


def _text(fields: Mapping[str, Any], name: str, whose: str) -> str:
    value = fields.get(name)
    if isinstance(value, str) and value:
        return value
    del value  # an error reporter would record it
    raise _bad(whose, f"{name} must be a text that is not empty")


def _bad(whose: str, why: str) -> BadSecretError:
    return BadSecretError(f"The content of {whose} can't be used: {why}", remedy=_REMEDY)
