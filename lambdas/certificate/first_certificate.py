"""How a new secret gets its first certificate, and another one when its declaration changes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from certificate.certificates import Certificates
from certificate.document import Identity, waiting
from certificate.issuer import Issuer
from certificate.settings import Settings
from rotation.rotation import Rotation
from rotation.versions import CURRENT

if TYPE_CHECKING:
    from rotation.deadline import Deadline
    from rotation.rotating_secret import RotatingSecret

_NAMESPACE = uuid.UUID("6f0d0ab4-30a5-4f8f-8f0c-6a4f2b1f7a3d")
"""Any constant: with it, all deliveries of a request mean the same version."""


class FirstCertificate:
    """Makes AWSCURRENT a certificate that is what the settings declare.

    One that is so already stays, so a second deployment changes nothing. A changed declaration, or
    a change of the authorities, gets a new one at once, proven as in a rotation.
    """

    name = "first-certificate"

    def __init__(
        self, strategy: Certificates, issuer: Issuer, settings: Settings, *, seconds: float
    ) -> None:
        """Composes it.

        Args:
            strategy: Makes and proves certificates.
            issuer: Tells what peers have to trust.
            settings: What is declared.
            seconds: The longest that it may take.
        """
        self._strategy = strategy
        self._issuer = issuer
        self._settings = settings
        self.seconds = seconds

    def ensure(
        self,
        secret: RotatingSecret,
        *,
        owner: str,
        deadline: Deadline,
        properties: Mapping[str, object] = MappingProxyType({}),
        before: Mapping[str, object] = MappingProxyType({}),
    ) -> str:
        """Makes sure that AWSCURRENT holds what is declared. Any number of times.

        Args:
            secret: The secret.
            owner: For which request it is done.
            deadline: By when it has to be done.
            properties: The resource's; that they changed is why CloudFormation asks.
            before: Those that it had before.

        Returns:
            The certificate's name.

        Raises:
            RotationError: It does not, and is what it was.
        """
        del properties, before
        name = self._settings.name_of(secret.arn)
        current = secret.current()
        document = waiting(current.text, whose=CURRENT)
        if document is None:
            held = Identity.parse(current.text, whose=CURRENT)
            if self._strategy.is_wanted(held, name, self._issuer.trust(deadline)):
                return name
            document = held.document
        token = str(uuid.uuid5(_NAMESPACE, f"{secret.arn} {owner}"))
        rotation = Rotation(secret, token, deadline)
        text = self._strategy.make(secret, document, current.text, deadline, may_be_shorter=True)
        secret.store_pending(token, text)  # if another delivery was first, its content counts
        pending = rotation.unfinished()
        if pending is None:
            return name
        self._strategy.check(current.text, pending)
        self._strategy.test(pending, deadline)
        secret.make_current(token, instead_of=current.id)
        return name

    def remove(self, secret: RotatingSecret, *, deadline: Deadline) -> None:
        """Nothing is left to take away: the certificate ends by itself, the key with the secret."""
