"""Certificates, each with a key pair of its own, as a rotation renews them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from certificate.declaration import Declaration
from certificate.document import Identity, content, waiting
from certificate.handshake import prove
from certificate.issuer import Issuer, Request, Trust
from certificate.kms_authority import CLOCK_SKEW
from certificate.reading import Certificate, UnreadableCertificateError, all_in, key_id
from certificate.services import Kms
from certificate.settings import Settings
from rotation.errors import BadSecretError, CredentialRefusedError
from rotation.observability import warn
from rotation.secret_object import SecretObject
from rotation.versions import CURRENT, PENDING, PREVIOUS

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

    from rotation.deadline import Deadline
    from rotation.rotating_secret import RotatingSecret
    from rotation.rotation import Rotation
    from rotation.secret_text import SecretText

NAME = "CertificateName"
"""The field of the secret that says which certificate it is for. The template puts it there."""


def _now() -> datetime:
    return datetime.now(UTC)


class Certificates:
    """A new key pair and certificate beside those in use; implements `rotation.strategy.Strategy`.

    Nothing is applied anywhere, so nothing can be lost: a certificate works from the moment that it
    is signed until its end, and the one before is valid as long as it always was. What has to hold
    is that peers accept each other, whichever version each of them has read. That is proven by
    handshakes before anything is stored, and again before the label moves.
    """

    name = "certificate"

    def __init__(
        self,
        kms: KMSClient,
        issuer: Issuer,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """Composes the strategy.

        Args:
            kms: Makes key pairs.
            issuer: Makes certificates.
            settings: What is declared.
            clock: The time, with a zone.
        """
        self._kms = kms
        self._issuer = issuer
        self._settings = settings
        self._clock = clock

    def create(self, rotation: Rotation, current: SecretText) -> SecretText:
        """Makes a key pair and a certificate, and proves it with those that are in use."""
        document = (
            waiting(current, whose=CURRENT) or Identity.parse(current, whose=CURRENT).document
        )
        return self.make(rotation.secret, document, current, rotation.deadline)

    def make(
        self,
        secret: RotatingSecret,
        like: SecretObject,
        current: SecretText,
        deadline: Deadline,
        *,
        may_be_shorter: bool = False,
    ) -> SecretText:
        """The same, for a secret that may still wait for its first certificate.

        Args:
            secret: The secret.
            like: Its content; what is not replaced stays as it is.
            current: The text of that.
            deadline: By when.
            may_be_shorter: See `certificate.issuer.Request`.

        Raises:
            RotationError: None was made, or peers would not accept it.
        """
        name = self._settings.name_of(secret.arn)
        declaration = self._settings.certificates[name]
        trust = self._issuer.trust(deadline)
        self._warn_of_the_end(name, declaration, trust)
        pair = Kms(self._kms, deadline).key_pair(
            self._settings.pair_key, declaration.key_spec, secret=secret.arn
        )
        request = Request(declaration, pair, self._clock(), may_be_shorter)
        issued = self._issuer.issue(request, trust, deadline)
        text = content(
            SecretObject.parse(like.replaced({NAME: name})),
            certificate=issued.certificate,
            chain=issued.chain,
            key=pair.private,
            trusted=trust.bundle,
        )
        self.check(current, text)
        if before := _previous(secret):
            _prove_still(before, Identity.parse(text, whose=PENDING))
        self.test(text, deadline)
        return text

    def discard(self, rotation: Rotation, text: SecretText) -> None:
        """There is nothing to take back: what is not stored, nobody has."""

    def takes_over(self, rotation: Rotation, current: SecretText, attempt: SecretText) -> bool:
        """Never: what was given up is in use nowhere, and what is declared may have changed."""
        del rotation, current, attempt
        return False

    def check(self, current: SecretText, pending: SecretText) -> None:
        """The new one is what is declared, and peers with the old and with the new get along."""
        new = Identity.parse(pending, whose=PENDING)
        self._must_be_declared(new)
        if waiting(current, whose=CURRENT) is None:
            old = Identity.parse(current, whose=CURRENT)
            if not self._have_ended(old.trusted):
                prove(new, trusted=old.trusted)  # a peer that has not read the new one yet
            _prove_still(old, new)

    def set(self, rotation: Rotation, current: SecretText) -> None:
        """There is nothing to apply: a certificate works from the moment that it is signed."""

    def test(self, pending: SecretText, deadline: Deadline) -> None:
        """Peers that trust what the secret says accept it, under every one of its names."""
        del deadline  # a handshake in memory waits for nobody
        new = Identity.parse(pending, whose=PENDING)
        prove(new, trusted=new.trusted)

    def is_wanted(self, held: Identity, name: str, trust: Trust) -> bool:
        """Whether a certificate is what is declared, by the authority that signs today.

        Args:
            held: The certificate.
            name: Which certificate it should be.
            trust: What peers have to trust.
        """
        return (
            _says(held, self._settings.certificates[name])
            and held.leaf.issuer_key == trust.issuer_key
            and held.trusted == trust.bundle
        )

    def _have_ended(self, trusted: str) -> bool:
        """Whether all of these authorities have: who trusts them accepts nobody any more."""
        authorities = _authorities(trusted)
        return bool(authorities) and all(each.end < self._clock() for each in authorities)

    def _must_be_declared(self, new: Identity) -> None:
        name = new.document.fields.get(NAME)
        declaration = self._settings.certificates.get(name) if isinstance(name, str) else None
        if declaration is None or not _says(new, declaration):
            raise BadSecretError(
                f"The content of {PENDING} is not the certificate that is declared",
                remedy="The declaration has changed, or somebody wrote the version: rotate anew",
            )

    def _warn_of_the_end(self, name: str, declaration: Declaration, trust: Trust) -> None:
        if trust.end < self._clock() + 2 * declaration.validity:
            warn(
                self.name,
                "createSecret",
                f"The authority {self._settings.issuer}, which signs the certificate {name}, ends"
                f" on {trust.end:%Y-%m-%d}",
                "Roll over to a new one in time: docs/certificates.md says how",
            )


def _says(held: Identity, declaration: Declaration) -> bool:
    leaf = held.leaf
    return (
        leaf.common_name == declaration.common_name
        and set(leaf.dns_names) == set(declaration.dns_names)
        and set(leaf.addresses) == set(declaration.addresses)
        and leaf.usages == declaration.usages
        and leaf.key_spec == declaration.key_spec
        and (leaf.validity == declaration.validity + CLOCK_SKEW or _ends_with_its_authority(held))
    )


def _ends_with_its_authority(held: Identity) -> bool:
    """Whether it is shorter than declared because its authority is being replaced."""
    authorities = _authorities(held.trusted)
    ends = [each.end for each in authorities if key_id(each.public_key) == held.leaf.issuer_key]
    return len(ends) < len(authorities) and held.leaf.end in ends


def _authorities(trusted: str) -> list[Certificate]:
    """Those of a bundle; none if it can't be read, which a handshake tells better."""
    try:
        return [Certificate.parse(each) for each in all_in(trusted)]
    except UnreadableCertificateError:
        return []


def _previous(secret: RotatingSecret) -> Identity | None:
    """What AWSPREVIOUS holds: some application may not have read the secret since."""
    before = secret.previous()
    try:
        return Identity.parse(before.text, whose=PREVIOUS) if before else None
    except BadSecretError:  # no certificate, or none that anybody could use
        return None


def _prove_still(old: Identity, new: Identity) -> None:
    """A peer that has read the new one accepts who has the old one, if that works at all."""
    try:
        prove(old, trusted=old.trusted)
    except CredentialRefusedError:  # it has ended, or somebody put it there
        return
    prove(old, trusted=new.trusted)
