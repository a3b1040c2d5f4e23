"""The standard TLS stacks of Python and Node accept the certificates, and refuse what is wrong."""

import json
import ssl
import subprocess
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certificate.declaration import Usage
from certificate.handshake import prove
from credential_rotation.node import node, use_packaged_node
from rotation.errors import CredentialRefusedError
from rotation.secret_text import SecretText
from tests.certificate.peers import Document, Server, call, context_of
from tests.certificate.world import WEB, World

SERVE = """
const tls = require("tls"), secret = JSON.parse(require("fs").readFileSync(0));
const server = tls.createServer({
  cert: secret.Certificate, key: secret.PrivateKey, ca: secret.TrustedCertificates,
  requestCert: true, rejectUnauthorized: true,
}, socket => socket.end("hello\\n"));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
"""

CALL = """
const tls = require("tls"), secret = JSON.parse(require("fs").readFileSync(0));
const [port, servername] = process.argv.slice(1);
const socket = tls.connect({
  host: "127.0.0.1", port, servername, cert: secret.Certificate, key: secret.PrivateKey,
  ca: secret.TrustedCertificates,
}, () => socket.pipe(process.stdout));
socket.on("error", error => { console.error(error.code); process.exit(1); });
"""


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def nodejs() -> str:
    use_packaged_node()
    program = node()
    if program is None:
        pytest.skip("there is no Node.js")
    return program


def node_call(nodejs: str, document: Document, port: int, host: str = "localhost") -> str:
    done = subprocess.run(
        [nodejs, "-e", CALL, str(port), host],
        input=json.dumps(document),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return done.stdout or done.stderr


def test_python_s_server_and_client_accept_each_other(world: World, tmp_path: Path) -> None:
    document = world.document()
    with Server(context_of(document, ssl.PROTOCOL_TLS_SERVER, tmp_path)).running() as server:
        client = context_of(document, ssl.PROTOCOL_TLS_CLIENT, tmp_path)
        for host in (*WEB.dns_names, *WEB.addresses):
            assert call(client, server.port, host) == "hello\n"
        with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
            call(client, server.port, "else.internal")
        stranger = context_of(World().document(), ssl.PROTOCOL_TLS_CLIENT, tmp_path)
        with pytest.raises(ssl.SSLCertVerificationError, match="self-signed certificate"):
            call(stranger, server.port)


def test_python_s_server_refuses_the_client_of_another_authority(
    world: World, tmp_path: Path
) -> None:
    document, other = world.document(), World().document()
    with Server(context_of(document, ssl.PROTOCOL_TLS_SERVER, tmp_path)).running() as server:
        mixed = {**other, "TrustedCertificates": document["TrustedCertificates"]}
        with pytest.raises(ssl.SSLError, match="alert unknown ca"):
            call(context_of(mixed, ssl.PROTOCOL_TLS_CLIENT, tmp_path), server.port)


def test_node_s_client_accepts_and_refuses(world: World, tmp_path: Path, nodejs: str) -> None:
    document = world.document()
    with Server(context_of(document, ssl.PROTOCOL_TLS_SERVER, tmp_path)).running() as server:
        assert node_call(nodejs, document, server.port) == "hello\n"
        assert "ALTNAME_INVALID" in node_call(nodejs, document, server.port, "else.internal")
        assert "SELF_SIGNED_CERT_IN_CHAIN" in node_call(nodejs, World().document(), server.port)


def test_node_s_server_accepts_and_refuses(world: World, tmp_path: Path, nodejs: str) -> None:
    document = world.document()
    with subprocess.Popen(
        [nodejs, "-e", SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdin
            assert server.stdout
            server.stdin.write(json.dumps(document))
            server.stdin.close()
            port = int(server.stdout.readline())
            client = context_of(document, ssl.PROTOCOL_TLS_CLIENT, tmp_path)
            assert call(client, port) == "hello\n"
            mixed = {**World().document(), "TrustedCertificates": document["TrustedCertificates"]}
            with suppress(OSError):  # Node may also hang up without a word
                assert not call(context_of(mixed, ssl.PROTOCOL_TLS_CLIENT, tmp_path), port)
        finally:
            server.terminate()


@pytest.mark.parametrize("usages", [[Usage.CLIENT], [Usage.SERVER], [Usage.CLIENT, Usage.SERVER]])
def test_what_has_ended_is_refused(world: World, usages: list[Usage]) -> None:
    """A certificate of a hundred days ago, which was valid for ninety, of the same authority."""
    old = World(now=datetime.now(UTC) - timedelta(days=100), first=False)
    ended = old.issued(replace(WEB, usages=tuple(usages)))
    with pytest.raises(CredentialRefusedError, match="certificate has expired"):
        prove(ended, trusted=ended.trusted)


@pytest.mark.parametrize("usages", [[Usage.CLIENT], [Usage.SERVER], [Usage.CLIENT, Usage.SERVER]])
def test_an_authority_that_is_not_trusted_is_refused(world: World, usages: list[Usage]) -> None:
    identity = world.issued(replace(WEB, usages=tuple(usages)))
    prove(identity, trusted=identity.trusted)
    with pytest.raises(CredentialRefusedError, match="unable to get local issuer"):
        prove(identity, trusted=World().identity().trusted)


def test_a_key_that_is_another_s_is_refused(world: World) -> None:
    identity = replace(world.identity(), key=World().identity().key)
    with pytest.raises(CredentialRefusedError, match="KEY_VALUES_MISMATCH"):
        prove(identity, trusted=identity.trusted)


def test_nonsense_instead_of_pem_is_refused(world: World) -> None:
    whole = world.identity()
    for broken, trusted in (
        (replace(whole, key=SecretText("no key")), whole.trusted),
        (replace(whole, certificate="nothing"), whole.trusted),
        (whole, "nothing"),
        (whole, "-----BEGIN CERTIFICATE-----\n\u00e4\n-----END CERTIFICATE-----"),
    ):
        with pytest.raises(CredentialRefusedError):
            prove(broken, trusted=trusted)


def test_no_file_and_no_descriptor_is_left(world: World) -> None:
    descriptors = Path("/proc/self/fd")
    before = len([*descriptors.iterdir()])
    prove(world.identity(), trusted=world.identity().trusted)
    assert len([*descriptors.iterdir()]) == before
