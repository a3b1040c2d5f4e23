"""An authority whose key is in KMS."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pyasn1.codec.der.encoder import encode
from pyasn1.type import univ
from pyasn1_modules import rfc5280

from certificate import writing
from certificate.issuer import Issued, Request, Trust
from certificate.pem import pem
from certificate.reading import Certificate, UnreadableCertificateError, all_in, key_id
from certificate.services import Kms, PublicKey, parameter
from certificate.settings import Settings
from certificate.writing import Signature, Validity
from rotation.errors import RefusedChangeError, UnsuitableError

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

    from rotation.deadline import Deadline

CLOCK_SKEW = timedelta(minutes=5)
"""How long before now a certificate begins, for peers whose clocks are behind."""

_ECDSA_SHA_256, _ECDSA_SHA_384 = "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3"
_RSA_SHA_256 = "1.2.840.113549.1.1.11"


def _algorithm(oid: str, *, null: bool = False) -> bytes:
    """An AlgorithmIdentifier: parameters as RFC 5758 and RFC 4055 want them or not."""
    algorithm = rfc5280.AlgorithmIdentifier()
    algorithm["algorithm"] = oid
    if null:
        algorithm["parameters"] = encode(univ.Null(""))
    der: bytes = encode(algorithm)
    return der


_RSA = ("RSASSA_PKCS1_V1_5_SHA_256", _algorithm(_RSA_SHA_256, null=True))

ALGORITHMS: Mapping[str, tuple[str, bytes]] = MappingProxyType(
    {
        "ECC_NIST_P256": ("ECDSA_SHA_256", _algorithm(_ECDSA_SHA_256)),
        "ECC_NIST_P384": ("ECDSA_SHA_384", _algorithm(_ECDSA_SHA_384)),
        "RSA_2048": _RSA,
        "RSA_3072": _RSA,
        "RSA_4096": _RSA,
    }
)
"""How a key of each kind signs: KMS's name of it, and the AlgorithmIdentifier's DER."""


class KmsAuthority:
    """Signs leaves with a key that never leaves KMS. Implements `certificate.issuer.Issuer`.

    The authorities' certificates are in a parameter that everyone may read. Whoever could write it
    would decide whom peers trust, so nothing in there counts but certificates of our own keys.
    """

    def __init__(self, kms: KMSClient, ssm: Any, settings: Settings) -> None:  # noqa: ANN401 - boto3's
        """Composes the authority.

        Args:
            kms: KMS.
            ssm: Systems Manager.
            settings: Which keys.
        """
        self._kms = kms
        self._ssm = ssm
        self._settings = settings

    def trust(self, deadline: Deadline) -> Trust:
        """Reads the authorities' certificates, and refuses those of keys that are not ours."""
        name = self._settings.parameter
        found = _authorities(parameter(self._ssm, name, deadline), name)
        kms = Kms(self._kms, deadline)
        keys = {each: kms.public_key(key).der for each, key in self._settings.authorities.items()}
        if {each.public_key for each in found} != set(keys.values()):
            raise UnsuitableError(
                f"The parameter {name} holds not the certificates of the authorities"
                f" {', '.join(keys)} and no others",
                remedy="Somebody wrote it, or a deployment is under way: deploy the stack, which"
                " writes it anew, and find out who did",
            )
        issuer = keys[self._settings.issuer]
        return Trust(
            "".join(pem("CERTIFICATE", each.der) for each in found),
            key_id(issuer),
            min(each.end for each in found if each.public_key == issuer),
        )

    def issue(self, request: Request, trust: Trust, deadline: Deadline) -> Issued:
        """Signs a certificate that ends no later than the authority's own."""
        validity = self._validity(request, trust)
        authority = next(
            each
            for each in map(Certificate.parse, all_in(trust.bundle))
            if key_id(each.public_key) == trust.issuer_key
        )
        kms, key = Kms(self._kms, deadline), self._settings.authorities[self._settings.issuer]
        public = PublicKey(kms.public_key(key).spec, authority.public_key)
        signature = _signature(public, authority.subject)
        leaf = writing.leaf(request.declaration, request.pair.public, validity, signature)
        return Issued(_signed(leaf, kms, key, public), "")

    def _validity(self, request: Request, trust: Trust) -> Validity:
        """That which is declared; shorter only where peers learn to trust the next authority."""
        validity = _validity(request.now, request.declaration.validity)
        if validity.end <= trust.end:
            return validity
        if trust.end <= request.now:
            raise RefusedChangeError(
                f"The authority {self._settings.issuer} has ended on {trust.end:%Y-%m-%d}",
                remedy="All that it signed has ended with it, so no step is left to take: let the"
                " new authority sign at once, by certificate_authority.issuer",
            )
        if request.may_be_shorter and len(self._settings.authorities) > 1:
            return Validity(validity.begin, trust.end)
        raise RefusedChangeError(
            f"The certificate would be valid until {validity.end:%Y-%m-%d}, and its authority"
            f" {self._settings.issuer} ends on {trust.end:%Y-%m-%d}",
            remedy="Roll over to a new authority: docs/certificates.md says how, and nothing"
            " fails before the certificate in use ends",
        )


def own_certificate(kms: Kms, key: str, *, common_name: str, days: int, now: datetime) -> str:
    """Lets an authority's key sign its own certificate.

    Args:
        kms: KMS.
        key: ARN of the key.
        common_name: The authority's name.
        days: How long it is valid.
        now: From when.

    Returns:
        The certificate, as PEM.

    Raises:
        TargetError: It did not.
    """
    public = kms.public_key(key)
    signature = _signature(public, writing.name_of(common_name))
    to_be_signed = writing.authority(_validity(now, timedelta(days=days)), signature)
    return _signed(to_be_signed, kms, key, public)


def _authorities(text: str, name: str) -> list[Certificate]:
    try:
        return [Certificate.parse(each) for each in all_in(text)]
    except UnreadableCertificateError as error:
        raise UnsuitableError(
            f"The parameter {name} holds no certificates: {error}",
            remedy="Deploy the stack, which writes it anew",
        ) from error


def _validity(now: datetime, validity: timedelta) -> Validity:
    now = now.astimezone(UTC).replace(microsecond=0)
    return Validity(now - CLOCK_SKEW, now + validity)


def _signature(public: PublicKey, name: bytes) -> Signature:
    if public.spec not in ALGORITHMS:
        raise UnsuitableError(
            f"The authority's key is of the kind {public.spec}",
            remedy=f"Take a key for signing of one of the kinds {', '.join(ALGORITHMS)}",
        )
    return Signature(ALGORITHMS[public.spec][1], public.der, name)


def _signed(to_be_signed: bytes, kms: Kms, key: str, public: PublicKey) -> str:
    name, algorithm = ALGORITHMS[public.spec]
    signature = kms.sign(key, to_be_signed, name)
    return pem("CERTIFICATE", writing.signed(to_be_signed, algorithm, signature))
