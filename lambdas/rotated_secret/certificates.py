"""TLS that follows a certificate which rotates, for servers and clients, without a restart."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from rotated_secret.discretion import Hidden
from rotated_secret.handle import OLD_WAIT_SECONDS
from rotated_secret.threads import ThreadHandle
from rotated_secret.value import Value

NEAR_END_SECONDS = 3_600.0
"""So near to its end a certificate is read again by each handshake, ten seconds apart at most."""

_REMEDY = (
    "Put a certificate and the key that it was made for: Certificate, CertificateChain, PrivateKey,"
    " NotBefore, NotAfter, TrustedCertificates"
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """One version of a certificate's secret. Its repr does not hold the key.

    Attributes:
        version_id: Version of the secret.
        not_after: The end of its validity, in seconds since 1970.
        trusted: The authorities that its owner and its peers trust, as PEM; may be empty.
    """

    version_id: str
    not_after: float
    trusted: str = field(repr=False)
    _value: Value = field(repr=False, compare=False)

    @classmethod
    def parse(cls, value: Value) -> Self:
        """See `Version.parse`: certificate and key have to fit, and all of it has to be readable.

        Raises:
            BadSecretError: It can't be used.
        """
        document = value.document(remedy=_REMEDY)
        value.field("Certificate")
        value.field("PrivateKey")
        for name in ("CertificateChain", "TrustedCertificates"):
            if not isinstance(document.get(name, ""), str):
                raise value.unusable(f"{name} must be a text", remedy=_REMEDY)
        end, trusted = _moment(value.field("NotAfter")), document.get("TrustedCertificates", "")
        if end is None:
            raise value.unusable("NotAfter is no time in UTC, as in 2027-01-31T12:00:00Z")
        made = cls(value.version_id, end, trusted, value)
        wrong = made._wrong()
        if wrong:
            raise value.unusable(wrong, remedy=_REMEDY)
        return made

    def check_trusted(self) -> None:
        """Makes sure that it says whom to trust.

        Raises:
            BadSecretError: It does not.
        """
        if not self.trusted.strip():
            raise self._value.unusable("TrustedCertificates must hold an authority", remedy=_REMEDY)

    def load_into(self, context: ssl.SSLContext) -> None:
        """Gives it to a context that has none, and lets that trust what it says.

        Raises:
            OSError: OpenSSL can't read it.
        """
        with _file(Hidden(self._pem().encode())) as path:
            # An encrypted key would make OpenSSL ask for its password at the terminal.
            context.load_cert_chain(path, password="")
        if self.trusted.strip():
            # Python takes ASCII alone; between the certificates there may be names in any script.
            context.load_verify_locations(cadata=self.trusted.encode("ascii", "replace").decode())

    def _pem(self) -> str:
        chain = self._value.json.get("CertificateChain", "")
        return "\n".join((self._value.field("Certificate"), chain, self._value.field("PrivateKey")))

    def _wrong(self) -> str:
        """What is wrong with it; nothing if empty."""
        try:
            self.load_into(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        except ssl.SSLError as error:
            return f"certificate, key and authorities don't fit, or can't be read ({error.reason})"
        except (OSError, ValueError) as error:
            return f"certificate, key and authorities can't be read ({type(error).__name__})"
        return ""


class RotatedCertificate(ThreadHandle[Certificate]):
    """A certificate with its key that changes while the application runs.

    Make one per process and secret, and keep it; it may be used by any number of threads, and by
    child processes after a fork. It holds and reads the secret as `RotatedSecret` does. A version
    whose key does not fit, or that can't be read, is not taken: the former stays, and the logger
    `rotated_secret` warns.
    """

    _kind = Certificate

    def certificate(self) -> Certificate:
        """The newest one that is held.

        Raises:
            RotatedSecretError: There is none yet, and it can't be read.
        """
        return self._cache.fresh() or self._aged()

    def usable(self) -> Certificate:
        """The newest one that is held, for a handshake: it does not wait for a read.

        Except for the first one, and if the one that is held has ended: then for two seconds.

        Raises:
            RotatedSecretError: There is none yet, and it can't be read.
        """
        held = self.newest()
        if held is None:
            return self.certificate()
        left = held.not_after - self._clock.wall()
        if left < NEAR_END_SECONDS:
            flight = self._cache.refresh_rejected(held.version_id)
            if flight and left <= 0:
                flight.wait(OLD_WAIT_SECONDS)
            held = self._other_than(held) or held
        return held


def server_context(
    certificate: RotatedCertificate, *, verify_clients: bool = False
) -> ssl.SSLContext:
    """A context for servers whose new handshakes use the newest certificate.

    It may be changed as any other one; certificates that are loaded into it are not used.

    Args:
        certificate: The certificate.
        verify_clients: Whether clients have to show a certificate of an authority among the
            secret's TrustedCertificates. Sessions are not resumed then: a client would get in again
            after its authority is not trusted any more.

    Raises:
        TypeError: `certificate` is of another type.
        RotatedSecretError: It can't be read, or names no authorities.
    """
    _check(certificate)
    if verify_clients:
        certificate.expect(Certificate.check_trusted)
        certificate.certificate().check_trusted()
    return _ServerContext(certificate, verify_clients=verify_clients)


def client_context(
    certificate: RotatedCertificate, *, public_authorities: bool = False
) -> ssl.SSLContext:
    """A context for clients whose new handshakes show the newest certificate if they are asked.

    Servers are verified, chain and host name, by the authorities among the secret's
    TrustedCertificates.

    Args:
        certificate: The certificate.
        public_authorities: Whether those that the machine trusts are trusted, too.

    Raises:
        TypeError: `certificate` is of another type.
        RotatedSecretError: It can't be read, or names no authorities.
    """
    _check(certificate)
    if not public_authorities:
        certificate.expect(Certificate.check_trusted)
        certificate.certificate().check_trusted()
    return _ClientContext(certificate, public_authorities=public_authorities)


class _Contexts:
    """The context of the newest certificate with the present settings.

    One is made for each of both, and not changed any more: OpenSSL lets nobody change a context
    that other threads begin handshakes with.
    """

    def __init__(
        self,
        certificate: RotatedCertificate,
        settings: Callable[[], object],
        make: Callable[[], ssl.SSLContext],
    ) -> None:
        self._certificate = certificate
        self._settings = settings
        self._make = make
        self._made: tuple[object, ssl.SSLContext] | None = None
        self.newest()

    def newest(self) -> ssl.SSLContext:
        certificate = self._certificate.usable()
        what = certificate.version_id, self._settings()
        made = self._made
        if made is None or made[0] != what:
            made = what, self._make()
            certificate.load_into(made[1])
            self._made = made
        return made[1]


class _ServerContext(ssl.SSLContext):
    """Hands each handshake over to the context of the newest certificate, when it knows the name.

    What of its settings is not the handshake's own by then goes over with it: certificate, trust
    and the choice among application protocols.
    """

    def __new__(cls, *_: object, **__: object) -> Self:
        return super().__new__(cls, ssl.PROTOCOL_TLS_SERVER)

    def __init__(self, certificate: RotatedCertificate, *, verify_clients: bool) -> None:
        self._protocols: tuple[str, ...] = ()
        if verify_clients:
            self.verify_mode = ssl.CERT_REQUIRED
            self.num_tickets = 0
            self.options |= ssl.OP_NO_TICKET
        self._contexts = _Contexts(certificate, self._settings, self._bare)
        self.sni_callback = self._hand_over

    def set_alpn_protocols(self, alpn_protocols: Any) -> None:  # noqa: ANN401  # the library's
        super().set_alpn_protocols(alpn_protocols)
        self._protocols = tuple(alpn_protocols)

    def _settings(self) -> object:
        return self.verify_mode, self._protocols

    def _bare(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # The handshake's own is decisive; without this one Python hides the client's certificate.
        context.verify_mode = self.verify_mode
        if self._protocols:
            context.set_alpn_protocols(self._protocols)
        return context

    def _hand_over(
        self, connection: ssl.SSLSocket | ssl.SSLObject, _name: str | None, _: ssl.SSLContext
    ) -> None:
        connection.context = self._contexts.newest()


class _ClientContext(ssl.SSLContext):
    """Lets the context of the newest certificate make each connection, with its own settings.

    HTTP clients change the context that they are given; what would weaken it is not passed on.
    """

    def __new__(cls, *_: object, **__: object) -> Self:
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, certificate: RotatedCertificate, *, public_authorities: bool) -> None:
        self._protocols: tuple[str, ...] = ()
        self._ciphers = ""
        self._public_authorities = public_authorities
        self._contexts = _Contexts(certificate, self._settings, self._bare)

    def set_alpn_protocols(self, alpn_protocols: Any) -> None:  # noqa: ANN401  # the library's
        super().set_alpn_protocols(alpn_protocols)
        self._protocols = tuple(alpn_protocols)

    def set_ciphers(self, ciphers: str, /) -> None:
        super().set_ciphers(ciphers)
        self._ciphers = ciphers

    def wrap_socket(self, *arguments: Any, **named: Any) -> ssl.SSLSocket:  # noqa: ANN401
        return self._contexts.newest().wrap_socket(*arguments, **named)

    def wrap_bio(self, *arguments: Any, **named: Any) -> ssl.SSLObject:  # noqa: ANN401
        return self._contexts.newest().wrap_bio(*arguments, **named)

    def _settings(self) -> object:
        versions = self.minimum_version, self.maximum_version
        return versions, self.options, self._protocols, self._ciphers

    def _bare(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = self.minimum_version
        context.maximum_version = self.maximum_version
        context.options = self.options
        if self._protocols:
            context.set_alpn_protocols(self._protocols)
        if self._ciphers:
            context.set_ciphers(self._ciphers)
        if self._public_authorities:
            context.load_default_certs()
        return context


@contextmanager
def _file(content: Hidden[bytes]) -> Iterator[str]:
    """A file for OpenSSL, which takes certificates and keys from nowhere else.

    On Linux it is in memory. Elsewhere it is on the disk, in a folder that is nobody else's, and
    gone at once.
    """
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("rotated-secret"), "wb") as file:
            file.write(content.reveal())
            file.flush()
            yield f"/proc/self/fd/{file.fileno()}"
    else:
        with tempfile.TemporaryDirectory(prefix="rotated-secret-") as folder:
            path = Path(folder) / "certificate.pem"
            path.touch(mode=0o600)
            path.write_bytes(content.reveal())
            yield str(path)


def _check(certificate: object) -> None:
    if not isinstance(certificate, RotatedCertificate):
        raise TypeError(
            f"certificate must be a RotatedCertificate, not {type(certificate).__name__}"
        )


def _moment(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.utcoffset() == UTC.utcoffset(None) else None
