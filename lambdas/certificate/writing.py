"""Certificates as RFC 5280 wants them, without their signatures.

https://www.rfc-editor.org/rfc/rfc5280
"""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyasn1.codec.der.decoder import decode
from pyasn1.codec.der.encoder import encode
from pyasn1.type import univ, useful
from pyasn1_modules import rfc5280

from certificate.declaration import Declaration
from certificate.reading import USAGES, key_id

_SERIAL_BITS = 159
"""A serial number has 20 octets at most and is positive (section 4.1.2.2)."""

_GENERALIZED_FROM = 2050
"""Years until then are written with two digits (section 4.1.2.5)."""

_DIGITAL_SIGNATURE = "digitalSignature"
_SIGNS_CERTIFICATES = "keyCertSign,cRLSign"


@dataclass(frozen=True, slots=True)
class Signature:
    """What a certificate is going to be signed with.

    Attributes:
        algorithm: The AlgorithmIdentifier's DER.
        public_key: The signer's SubjectPublicKeyInfo, as DER.
        name: The signer's name, as DER.
    """

    algorithm: bytes
    public_key: bytes
    name: bytes


@dataclass(frozen=True, slots=True)
class Validity:
    """From when and until when, both included."""

    begin: datetime
    end: datetime


def name_of(common_name: str) -> bytes:
    """The DER of a distinguished name with one part, or none."""
    parts = rfc5280.RDNSequence()
    if common_name:
        text = rfc5280.X520CommonName()
        text["utf8String"] = common_name
        attribute = rfc5280.AttributeTypeAndValue()
        attribute["type"] = rfc5280.id_at_commonName
        attribute["value"] = univ.Any(encode(text))
        part = rfc5280.RelativeDistinguishedName()
        part.append(attribute)
        parts.append(part)
    else:
        parts.clear()  # an empty sequence, where pyasn1 would otherwise see no value
    name = rfc5280.Name()
    name["rdnSequence"] = parts
    der: bytes = encode(name)
    return der


def leaf(
    declaration: Declaration, public_key: bytes, validity: Validity, signature: Signature
) -> bytes:
    """The part of a certificate that is signed, as DER.

    Args:
        declaration: What it is for.
        public_key: The SubjectPublicKeyInfo of the key that it is for, as DER.
        validity: From when until when.
        signature: What signs it.
    """
    extensions = [
        _extension(rfc5280.id_ce_basicConstraints, _no_authority(), critical=True),
        _extension(rfc5280.id_ce_keyUsage, rfc5280.KeyUsage(_DIGITAL_SIGNATURE), critical=True),
        _extension(rfc5280.id_ce_extKeyUsage, _purposes(declaration)),
        *_key_ids(public_key, signature),
    ]
    if names := _alternative_names(declaration):
        # Critical where the subject is empty (section 4.2.1.6).
        critical = not declaration.common_name
        extensions.append(_extension(rfc5280.id_ce_subjectAltName, names, critical=critical))
    subject = name_of(declaration.common_name)
    return _to_be_signed(subject, public_key, validity, signature, extensions)


def authority(validity: Validity, signature: Signature) -> bytes:
    """The part of an authority's own certificate that is signed, as DER. It signs leaves alone.

    Args:
        validity: From when until when.
        signature: What signs it, and whose certificate it is.
    """
    constraints = rfc5280.BasicConstraints()
    constraints["cA"] = True
    constraints["pathLenConstraint"] = 0
    extensions = [
        _extension(rfc5280.id_ce_basicConstraints, constraints, critical=True),
        _extension(rfc5280.id_ce_keyUsage, rfc5280.KeyUsage(_SIGNS_CERTIFICATES), critical=True),
        *_key_ids(signature.public_key, signature),
    ]
    return _to_be_signed(signature.name, signature.public_key, validity, signature, extensions)


def signed(to_be_signed: bytes, algorithm: bytes, signature: bytes) -> bytes:
    """A whole certificate, as DER.

    Args:
        to_be_signed: What was signed.
        algorithm: The AlgorithmIdentifier's DER.
        signature: The signature.
    """
    whole = univ.Sequence()
    for number, part in enumerate((to_be_signed, algorithm)):
        whole[number] = univ.Any(part)
    whole[2] = univ.BitString.fromOctetString(signature)
    der: bytes = encode(whole)
    return der


def _to_be_signed(
    subject: bytes,
    public_key: bytes,
    validity: Validity,
    signature: Signature,
    extensions: list[Any],
) -> bytes:
    tbs = rfc5280.TBSCertificate()
    tbs["version"] = "v3"
    tbs["serialNumber"] = secrets.randbits(_SERIAL_BITS) or 1
    tbs["signature"] = _decoded(signature.algorithm, rfc5280.AlgorithmIdentifier())
    tbs["issuer"] = _decoded(signature.name, rfc5280.Name())
    tbs["validity"]["notBefore"] = _time(validity.begin)
    tbs["validity"]["notAfter"] = _time(validity.end)
    tbs["subject"] = _decoded(subject, rfc5280.Name())
    tbs["subjectPublicKeyInfo"] = _decoded(public_key, rfc5280.SubjectPublicKeyInfo())
    for each in extensions:
        tbs["extensions"].append(each)
    der: bytes = encode(tbs)
    return der


def _decoded(der: bytes, spec: Any) -> Any:  # noqa: ANN401 - pyasn1 has no types
    return decode(der, asn1Spec=spec)[0]


def _time(moment: datetime) -> Any:  # noqa: ANN401 - pyasn1 has no types
    time = rfc5280.Time()
    if moment.year < _GENERALIZED_FROM:
        time["utcTime"] = useful.UTCTime(moment.strftime("%y%m%d%H%M%SZ"))
    else:
        time["generalTime"] = useful.GeneralizedTime(moment.strftime("%Y%m%d%H%M%SZ"))
    return time


def _extension(oid: Any, value: Any, *, critical: bool = False) -> Any:  # noqa: ANN401 - likewise
    extension = rfc5280.Extension()
    extension["extnID"] = oid
    extension["critical"] = critical
    extension["extnValue"] = univ.OctetString(encode(value))
    return extension


def _no_authority() -> Any:  # noqa: ANN401 - pyasn1 has no types
    constraints = rfc5280.BasicConstraints()
    constraints["cA"] = False
    return constraints


def _purposes(declaration: Declaration) -> Any:  # noqa: ANN401 - pyasn1 has no types
    purposes = rfc5280.ExtKeyUsageSyntax()
    purposes.extend(USAGES[usage] for usage in declaration.usages)
    return purposes


def _key_ids(public_key: bytes, signature: Signature) -> list[Any]:
    subject = rfc5280.SubjectKeyIdentifier(key_id(public_key))
    issuer = rfc5280.AuthorityKeyIdentifier()
    issuer["keyIdentifier"] = key_id(signature.public_key)
    return [
        _extension(rfc5280.id_ce_subjectKeyIdentifier, subject),
        _extension(rfc5280.id_ce_authorityKeyIdentifier, issuer),
    ]


def _alternative_names(declaration: Declaration) -> Any:  # noqa: ANN401 - pyasn1 has no types
    names = rfc5280.SubjectAltName()
    for host in declaration.dns_names:
        name = rfc5280.GeneralName()
        name["dNSName"] = host
        names.append(name)
    for address in declaration.addresses:
        name = rfc5280.GeneralName()
        name["iPAddress"] = ipaddress.ip_address(address).packed
        names.append(name)
    return names if declaration.dns_names or declaration.addresses else None
