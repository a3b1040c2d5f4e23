"""Whether peers accept a certificate: whole TLS handshakes in memory, without a network."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from certificate.declaration import Usage
from rotation.errors import CredentialRefusedError

if TYPE_CHECKING:
    from certificate.document import Identity

_ROUNDS = 20
"""More than any handshake has flights."""

_MESSAGE = b"proof"

_SERVER, _CLIENT = "a server that asks for a certificate", "a client that calls {host}"


def prove(identity: Identity, *, trusted: str) -> None:
    """Proves that peers accept a certificate, for all that it says it is for.

    A client and a server that both have it meet, once for each of its names: chain, validity, names
    and usage are checked as RFC 5280 wants it, and that the key belongs to the certificate.

    Args:
        identity: Certificate and key.
        trusted: What the peers trust, as PEM.

    Raises:
        CredentialRefusedError: One of them does not, or it is for nothing.
    """
    usages = identity.leaf.usages
    if not usages:
        raise _refused("everyone", "it is for neither servers nor clients")
    hosts = (*identity.leaf.dns_names, *identity.leaf.addresses)
    if Usage.SERVER in usages and not hosts:
        raise _refused("clients", "it is a server's and has no names")
    with _in_words("whoever reads it"):
        # Python takes ASCII alone; between the certificates there may be names in any script.
        trusted = trusted.encode("ascii", "replace").decode()
        server = _server(identity, trusted if Usage.CLIENT in usages else None)
        client = _client(identity, trusted if Usage.SERVER in usages else None)
    for host in hosts if Usage.SERVER in usages else ("",):
        _meet(server, client, host.replace("*", "any", 1))


def _server(identity: Identity, trusted: str | None) -> ssl.SSLContext:
    """A server with the certificate, which checks its clients if there is something to trust."""
    context = _context(ssl.PROTOCOL_TLS_SERVER, identity)
    context.num_tickets = 0
    if trusted:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=trusted)
    return context


def _client(identity: Identity, trusted: str | None) -> ssl.SSLContext:
    """A client with the certificate, which checks its server if there is something to trust."""
    context = _context(ssl.PROTOCOL_TLS_CLIENT, identity)
    if trusted:
        context.load_verify_locations(cadata=trusted)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _context(protocol: int, identity: Identity) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with _in_memory(identity) as path:
        context.load_cert_chain(path)
    return context


@contextmanager
def _in_memory(identity: Identity) -> Iterator[str]:
    """A file that is on no disk and gone afterwards: `load_cert_chain` takes nothing but files."""
    text = f"{identity.certificate}\n{identity.chain}\n{identity.key.reveal()}"
    with os.fdopen(os.memfd_create("certificate", os.MFD_CLOEXEC), "wb") as file:
        file.write(text.encode())
        file.flush()
        yield f"/proc/self/fd/{file.fileno()}"


def _meet(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> None:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = {
        _CLIENT.format(host=host): client.wrap_bio(
            to_client, to_server, server_hostname=host or None
        ),
        _SERVER: server.wrap_bio(to_server, to_client, server_side=True),
    }
    under_way = dict(ends)
    for _ in range(_ROUNDS):
        under_way = {name: end for name, end in under_way.items() if not _done(name, end)}
    # A client is done before the server has seen its certificate: until something comes back.
    answering, reading = ends[_SERVER], next(iter(ends.values()))
    with _in_words(_SERVER):
        answering.write(_MESSAGE)
        if under_way or reading.read() != _MESSAGE:
            raise _refused(_SERVER, "the handshake does not end")


def _done(name: str, end: ssl.SSLObject) -> bool:
    try:
        with _in_words(name):
            end.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


@contextmanager
def _in_words(who: str) -> Iterator[None]:
    try:
        yield
    except ssl.SSLWantReadError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise _refused(who, error.verify_message) from error
    except ssl.SSLError as error:
        raise _refused(who, str(error.reason or "it is no PEM")) from error
    except (TypeError, ValueError) as error:
        raise _refused(who, "what is trusted is no PEM") from error


def _refused(who: str, why: str) -> CredentialRefusedError:
    return CredentialRefusedError(
        f"The certificate is refused by {who}: {why}",
        remedy="If the authorities are being rolled over, go one step after the other, as"
        " docs/certificates.md says; otherwise rotate the secret, which makes a new certificate",
    )
