"""What makes certificates: the seam at which other authorities fit in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from certificate.declaration import Declaration
from certificate.services import KeyPair

if TYPE_CHECKING:
    from rotation.deadline import Deadline


@dataclass(frozen=True, slots=True)
class Request:
    """A certificate that is asked for.

    Attributes:
        declaration: What it is for.
        pair: The key pair that it is for. An authority that wants proof of possession, as those do
            that take a PKCS #10 request, gets it from the private half.
        now: When it is asked for.
        may_be_shorter: Whether it may end with its authority, if that is about to be replaced.
    """

    declaration: Declaration
    pair: KeyPair
    now: datetime
    may_be_shorter: bool = False


@dataclass(frozen=True, slots=True)
class Trust:
    """What peers have to trust.

    Attributes:
        bundle: The certificates of all authorities, as PEM.
        issuer_key: Id of the key that signs new certificates, as these name it.
        end: When the first of the certificates of the authority that signs ends.
    """

    bundle: str
    issuer_key: bytes
    end: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was made.

    Attributes:
        certificate: The certificate, as PEM.
        chain: Those between it and an authority that peers trust, as PEM; empty if there are none.
    """

    certificate: str
    chain: str


class Issuer(Protocol):
    """An authority. Every method may run any number of times."""

    def trust(self, deadline: Deadline) -> Trust:
        """Tells what peers have to trust: during a rollover the old and the new authority.

        Raises:
            TargetError: It can't be told.
        """

    def issue(self, request: Request, trust: Trust, deadline: Deadline) -> Issued:
        """Makes a certificate.

        Args:
            request: For what.
            trust: What `trust` has told.
            deadline: By when.

        Raises:
            TargetError: None was made.
        """
