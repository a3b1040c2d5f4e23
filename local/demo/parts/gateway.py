"""A server and a client that know each other by certificates, over TLS."""

import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.demo.parts.part import Stage
from local.demo.parts.routine import Routine
from local.patience import patient

if TYPE_CHECKING:
    from local.local_aws import LocalAws

Identity = Mapping[str, str]

_SECRET = "CertificateWebSecretName"  # noqa: S105 - the output with the secret's name
_HOST = "localhost"
_HELLO = b"hello"
_SECONDS = 10


class Gateway:
    """Shows a server and a client whose certificate is renewed meanwhile. See `Part`."""

    def settings(self, given: Mapping[str, str], aws: "LocalAws") -> Mapping[str, str]:
        """Want a certificate for both."""
        del aws
        if any(name.startswith(("certificate", "settings")) for name in given):
            return {}
        return {
            "certificates.web.dns_names": _HOST,
            "certificates.web.usages": "server,client",
        }

    def prepare(self, aws: "LocalAws") -> None:
        """Make nothing: the authority is the app's."""

    @contextmanager
    def show(self, stage: Stage) -> Iterator[None]:
        """Let them meet."""
        if _SECRET not in stage.outputs:
            yield
            return
        with Meetings(stage.aws, stage.outputs[_SECRET]) as meetings:
            yield
            meetings.use_both()
        meetings.tell(stage.attempts)


class Meetings(Routine):
    """Handshakes all the time, between who has read the secret again and who has not."""

    who = "gateway"
    what = "shake hands while the certificate rotates"
    pause_seconds = 0.3

    def _use(self, credential: dict[str, Any], other: dict[str, Any]) -> None:
        _shake_hands(credential, other)


def _shake_hands(server: Identity, client: Identity) -> None:
    """One connection, with both ends verified.

    Raises:
        OSError: One of them refused the other.
    """
    theirs = _context(ssl.PROTOCOL_TLS_SERVER, server)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=_serve, args=[listening, theirs], daemon=True)
        serving.start()
        with (
            socket.create_connection(listening.getsockname(), timeout=patient(_SECONDS)) as plain,
            _context(ssl.PROTOCOL_TLS_CLIENT, client).wrap_socket(
                plain, server_hostname=_HOST
            ) as secured,
        ):
            # What the server thinks of the client comes with the first answer.
            if secured.recv(len(_HELLO)) != _HELLO:
                raise ConnectionError("the server hung up")
        serving.join()


def _serve(listening: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):  # which the client is told
        listening.settimeout(patient(_SECONDS))
        connection, _ = listening.accept()
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.sendall(_HELLO)


def _context(protocol: int, identity: Identity) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=identity["TrustedCertificates"])
    with tempfile.TemporaryDirectory() as folder:  # only this user's; OpenSSL reads files alone
        file = Path(folder) / "identity.pem"
        file.write_text(f"{identity['Certificate']}\n{identity['PrivateKey']}")
        context.load_cert_chain(file)
    return context
