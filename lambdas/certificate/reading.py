"""What a certificate says."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, Self

from pyasn1.codec.der.decoder import decode
from pyasn1.codec.der.encoder import encode
from pyasn1.error import PyAsn1Error
from pyasn1_modules import rfc5280, rfc5480

from certificate.declaration import KEY_SPECS, Usage
from certificate.pem import certificates_in

USAGES = {Usage.SERVER: rfc5280.id_kp_serverAuth, Usage.CLIENT: rfc5280.id_kp_clientAuth}

_CURVES = {rfc5480.secp256r1: "ECC_NIST_P256", rfc5480.secp384r1: "ECC_NIST_P384"}


class UnreadableCertificateError(ValueError):
    """What should be a certificate is none, or one that nobody of ours has made."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate, as far as its content matters here.

    Attributes:
        der: All of it.
        subject: The subject's DER.
        common_name: The subject's name; empty if it has none.
        public_key: The SubjectPublicKeyInfo's DER.
        key_spec: The kind of that key, as KMS calls it; empty if it is another.
        dns_names: Host names.
        addresses: IP addresses.
        usages: What for, sorted.
        begin: When it begins to be valid.
        end: When it ends.
        issuer_key: Id of the key that signed it; empty if it does not say.
    """

    der: bytes
    subject: bytes
    common_name: str
    public_key: bytes
    key_spec: str
    dns_names: tuple[str, ...]
    addresses: tuple[str, ...]
    usages: tuple[Usage, ...]
    begin: datetime
    end: datetime
    issuer_key: bytes

    @classmethod
    def parse(cls, der: bytes) -> Self:
        """Reads a certificate.

        Raises:
            UnreadableCertificateError: It can't be read.
        """
        try:
            return cls._parse(der)
        except (PyAsn1Error, ValueError, LookupError, TypeError, AttributeError) as error:
            raise UnreadableCertificateError("it is no certificate that can be read") from error

    @classmethod
    def of(cls, text: str) -> Self:
        """Reads the first certificate of a bundle.

        Raises:
            UnreadableCertificateError: There is none, or it can't be read.
        """
        found = all_in(text, most=1)
        return cls.parse(found[0])

    @classmethod
    def _parse(cls, der: bytes) -> Self:
        whole, rest = decode(der, asn1Spec=rfc5280.Certificate())
        if rest:
            raise UnreadableCertificateError("something comes after it")
        tbs = whole["tbsCertificate"]
        extensions = {each["extnID"]: bytes(each["extnValue"]) for each in tbs["extensions"]}
        names = _names(extensions)
        public_key = tbs["subjectPublicKeyInfo"]
        return cls(
            der,
            encode(tbs["subject"]),
            _common_name(tbs["subject"]),
            encode(public_key),
            _key_spec(public_key),
            tuple(str(name) for kind, name in names if kind == "dNSName"),
            tuple(str(ip_address(bytes(name))) for kind, name in names if kind == "iPAddress"),
            _usages(extensions),
            _moment(tbs["validity"]["notBefore"]),
            _moment(tbs["validity"]["notAfter"]),
            _issuer_key(extensions),
        )

    @property
    def validity(self) -> timedelta:
        """How long it is valid in all."""
        return self.end - self.begin


def all_in(text: str, *, most: int | None = None) -> list[bytes]:
    """The certificates of a bundle as DER, in their order; at least one.

    Raises:
        UnreadableCertificateError: There is none, or one is no base64.
    """
    try:
        found = certificates_in(text)
    except ValueError as error:
        raise UnreadableCertificateError("it is no base64") from error
    if not found:
        raise UnreadableCertificateError("there is no certificate in it")
    return found[:most]


def key_id(public_key: bytes) -> bytes:
    """The id of a public key: RFC 7093, section 2, method 1.

    Args:
        public_key: The SubjectPublicKeyInfo's DER.
    """
    info, _ = decode(public_key, asn1Spec=rfc5280.SubjectPublicKeyInfo())
    return hashlib.sha256(info["subjectPublicKey"].asOctets()).digest()[:20]


def _names(extensions: dict[Any, bytes]) -> list[tuple[str, Any]]:
    text = extensions.get(rfc5280.id_ce_subjectAltName)
    if text is None:
        return []
    names, _ = decode(text, asn1Spec=rfc5280.SubjectAltName())
    return [(each.getName(), each.getComponent()) for each in names]


def _usages(extensions: dict[Any, bytes]) -> tuple[Usage, ...]:
    text = extensions.get(rfc5280.id_ce_extKeyUsage)
    if text is None:
        return ()
    purposes = set(decode(text, asn1Spec=rfc5280.ExtKeyUsageSyntax())[0])
    return tuple(sorted(usage for usage, purpose in USAGES.items() if purpose in purposes))


def _issuer_key(extensions: dict[Any, bytes]) -> bytes:
    text = extensions.get(rfc5280.id_ce_authorityKeyIdentifier)
    if text is None:
        return b""
    identifier, _ = decode(text, asn1Spec=rfc5280.AuthorityKeyIdentifier())
    return bytes(identifier["keyIdentifier"])


def _common_name(name: Any) -> str:  # noqa: ANN401 - pyasn1 has no types
    for part in name["rdnSequence"]:
        for attribute in part:
            if attribute["type"] == rfc5280.id_at_commonName:
                value, _ = decode(bytes(attribute["value"]), asn1Spec=rfc5280.X520CommonName())
                return str(value.getComponent())
    return ""


def _key_spec(info: Any) -> str:  # noqa: ANN401 - pyasn1 has no types
    algorithm = info["algorithm"]
    if algorithm["algorithm"] == rfc5480.id_ecPublicKey:
        curve, _ = decode(bytes(algorithm["parameters"]), asn1Spec=rfc5480.ECParameters())
        return _CURVES.get(curve["namedCurve"], "")
    key, _ = decode(info["subjectPublicKey"].asOctets())
    spec = f"RSA_{int(key[0]).bit_length()}"
    return spec if spec in KEY_SPECS else ""


def _moment(time: Any) -> datetime:  # noqa: ANN401 - pyasn1 has no types
    moment: datetime = time.getComponent().asDateTime
    return moment
