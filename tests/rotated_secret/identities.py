"""Secrets with certificates, and peers that meet."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import trustme
from cryptography.hazmat.primitives import serialization

DAY = timedelta(days=1)


def identity(
    authority: trustme.CA,
    *,
    host: str = "localhost",
    trusted: Sequence[trustme.CA] = (),
    end: datetime | None = None,
    password: bytes | None = None,
) -> dict[str, str]:
    """The JSON of a certificate's secret."""
    begin, end = datetime.now(UTC) - DAY, end or datetime.now(UTC) + 90 * DAY
    leaf = authority.issue_cert(host, "127.0.0.1", not_before=begin, not_after=end)
    key = serialization.load_pem_private_key(leaf.private_key_pem.bytes(), None)
    encryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )
    certificate, *chain = (each.bytes().decode() for each in leaf.cert_chain_pems)
    return {
        "Certificate": certificate,
        "CertificateChain": "".join(chain),
        "PrivateKey": pem.decode(),
        "NotBefore": f"{begin:%Y-%m-%dT%H:%M:%SZ}",
        "NotAfter": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "TrustedCertificates": "".join(
            each.cert_pem.bytes().decode() for each in trusted or [authority]
        ),
    }


def stored(
    authority: trustme.CA,
    *,
    host: str = "localhost",
    trusted: Sequence[trustme.CA] = (),
    end: datetime | None = None,
) -> str:
    """See `identity`; as the secret's text."""
    return json.dumps(identity(authority, host=host, trusted=trusted, end=end))


@dataclass
class Server:
    """Greets everyone who gets in.

    Attributes:
        port: Where it listens.
        seen: Serial numbers of the clients' certificates; None for none.
        failures: Of handshakes.
    """

    port: int
    seen: list[str | None] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)


def serial(connection: ssl.SSLSocket | ssl.SSLObject) -> str | None:
    """The serial number of the peer's certificate, if it was verified."""
    certificate = connection.getpeercert()
    return str(certificate["serialNumber"]) if certificate else None


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[Server]:
    """A server that was given the context once, for its listening socket."""

    def greet(connection: socket.socket) -> None:
        try:
            with connection:
                assert isinstance(connection, ssl.SSLSocket)
                connection.do_handshake()
                server.seen.append(serial(connection))
                connection.sendall(b"welcome")
                connection.recv(1)
        except OSError as error:
            server.failures.append(error)

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=greet, args=(connection,), daemon=True).start()

    with (
        socket.create_server(("127.0.0.1", 0)) as plain,
        context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False) as listening,
    ):
        server = Server(listening.getsockname()[1])
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def call(
    context: ssl.SSLContext,
    port: int,
    *,
    host: str | None = "localhost",
    session: ssl.SSLSession | None = None,
) -> tuple[str | None, ssl.SSLSession | None]:
    """Gets in; returns the serial number of the server's certificate, and the session."""
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain, server_hostname=host, session=session) as connection,
    ):
        assert connection.recv(7) == b"welcome"
        connection.sendall(b"x")
        return serial(connection), connection.session
