"""A server and a client that know each other by certificates, over TLS."""

import json
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from local.demo.attempt import Attempts
from local.demo.parts.part import Stage
from local.patience import patient

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    from local.local_aws import LocalAws

Identity = Mapping[str, str]

_SECRET = "CertificateWebSecretName"  # noqa: S105 - the output with the secret's name
_HOST = "localhost"
_HELLO = b"hello"
_PAUSE_SECONDS = 0.3
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
            meetings.meet()
        meetings.tell(stage.attempts)


class Meetings:
    """Handshakes all the time, between who has read the secret again and who has not.

    Use it as a context manager: on leaving, the meeting under way is awaited.

    Args:
        aws: The local AWS.
        secret: The name of the secret that holds the certificate.
    """

    def __init__(self, aws: "LocalAws", secret: str) -> None:
        self._calls = 0
        self._failures: list[str] = []
        self._secret = secret
        self._secrets: SecretsManagerClient = aws.client("secretsmanager")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Start meeting."""
        self._first = self._read()
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop meeting."""
        self._stop.set()
        self._thread.join()

    def meet(self) -> None:
        """Let each of both have the certificate of the beginning, and the other that of today."""
        newest = self._read()
        for server, client in ((self._first, newest), (newest, self._first)):
            try:
                _shake_hands(server, client)
            except OSError as error:
                self._failures.append(str(error))
            else:
                self._calls += 1

    def tell(self, attempts: Attempts) -> None:
        """Write down how it went.

        Raises:
            NotAsIntendedError: A handshake failed.
        """
        what = "shake hands while the certificate rotates"
        attempts.succeeded("gateway", what, calls=self._calls, failures=self._failures)

    def _run(self) -> None:
        while not self._stop.wait(_PAUSE_SECONDS):
            self.meet()

    def _read(self) -> Identity:
        """Read AWSCURRENT: as the administrator, who stands for the application's own role."""
        answer = self._secrets.get_secret_value(SecretId=self._secret, VersionStage="AWSCURRENT")
        document: Identity = json.loads(answer["SecretString"])
        return document


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
