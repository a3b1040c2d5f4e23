"""Authorities of a region come whole, checked, or not at all."""

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from credential_rotation.command.authorities import (
    KINDS,
    BringError,
    bring,
    fetch,
    known_fingerprints,
    main,
    merged,
    read,
    source_of,
)
from stacks.authorities import shipped_regions
from tools.rds_authorities import AUTHORITIES

REGION = "xx-test-1"
NOW = datetime.now(UTC)


def root(region: str, kind: str, *, days: int = 1, signed_by_another: bool = False) -> bytes:
    """A root authority as RDS names them."""
    key, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    name = x509.Name(
        [x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Amazon RDS {region} Root CA {kind} G1")]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=9))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(other if signed_by_another else key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def sha256(pem: bytes) -> str:
    return x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex()


@pytest.fixture(scope="module")
def roots() -> list[bytes]:
    return [root(REGION, kind) for kind in sorted(KINDS)]


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """What is trusted so far: an authority of another region."""
    file = tmp_path / "authorities.pem"
    file.write_bytes(root("yy-test-2", "RSA2048"))
    return file


@pytest.fixture
def bringing(tmp_path: Path, shipped: Path) -> Callable[..., None]:
    def call(*pems: bytes, region: str = REGION, accept: tuple[bytes, ...] = ()) -> None:
        bundle = tmp_path / "bundle.pem"
        bundle.write_bytes(b"".join(pems))
        bring(region, to=shipped, source=str(bundle), accepted=[sha256(each) for each in accept])

    return call


def test_authorities_that_a_person_compared_are_added(
    bringing: Callable[..., None], roots: list[bytes], shipped: Path
) -> None:
    before = list(read(shipped))
    bringing(*roots, root("zz-test-3", "RSA2048"), accept=tuple(roots))
    after = {certificate.public_bytes(Encoding.PEM) for certificate in read(shipped)}
    assert after == {*roots, *(each.public_bytes(Encoding.PEM) for each in before)}


def test_nothing_is_trusted_that_nobody_compared(
    bringing: Callable[..., None], roots: list[bytes]
) -> None:
    with pytest.raises(BringError) as refused:
        bringing(*roots)
    for each in roots:
        assert sha256(each) in str(refused.value)
    assert "--accept" in str(refused.value)


@pytest.mark.parametrize(
    "region", ["ap-southeast-5", "ap-southeast-7", "ca-west-1", "il-central-1", "mx-central-1"]
)
def test_other_authorities_than_the_known_ones_are_refused_whatever_is_accepted(
    bringing: Callable[..., None], shipped: Path, region: str
) -> None:
    before = shipped.read_bytes()
    theirs = tuple(root(region, kind) for kind in KINDS)
    with pytest.raises(BringError, match="are not the known ones"):
        bringing(*theirs, region=region, accept=theirs)
    assert shipped.read_bytes() == before
    assert len(known_fingerprints(region)) == len(KINDS)


@pytest.mark.parametrize(
    ("change", "because"),
    [
        (lambda roots: roots[:2], "lacks the authorities RSA4096"),
        (lambda roots: [*roots[:2], roots[2][:-40]], "is cut off"),
        (lambda roots: [*roots[:2], roots[2].replace(b"M", b"!")], "no list of certificates"),
        (lambda _: [], "no list of certificates"),
        (
            lambda _: [root("xx-test-11", "RSA2048")],
            f"lacks the authorities ECC384, RSA2048, RSA4096 of {REGION}",
        ),
        (lambda _: [b"<html>403 Forbidden</html>"], "no list of certificates"),
        (lambda roots: [*roots[:2], root(REGION, "RSA4096", days=-1)], "has expired"),
        (
            lambda roots: [*roots[:2], root(REGION, "RSA4096", signed_by_another=True)],
            "not signed by itself",
        ),
        (
            lambda roots: [*roots[:2], root("xx-test-11", "RSA4096")],
            "lacks the authorities RSA4096",
        ),
    ],
)
def test_a_bundle_that_is_not_whole_or_no_good_changes_nothing(
    bringing: Callable[..., None],
    roots: list[bytes],
    shipped: Path,
    change: Callable[[list[bytes]], list[bytes]],
    because: str,
) -> None:
    before = shipped.read_bytes()
    with pytest.raises(BringError, match=because):
        bringing(*change(roots), accept=tuple(roots))
    assert shipped.read_bytes() == before


def test_the_command_makes_the_file_and_says_what_to_do_with_it(
    roots: list[bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, made = tmp_path / "bundle.pem", tmp_path / "rds.pem"
    bundle.write_bytes(b"".join(roots))
    words = [REGION, "--from", str(bundle), "--to", str(made)]
    assert main(words) == 1
    assert not made.exists()
    assert "--accept" in capsys.readouterr().err
    assert main([*words, "--accept", *map(sha256, roots)]) == 0
    assert {each.public_bytes(Encoding.PEM) for each in read(made)} == set(roots)
    assert str(made) in capsys.readouterr().out


@pytest.fixture
def server(roots: list[bytes]) -> Iterator[tuple[str, trustme.CA]]:
    """AWS's trust store, which also breaks off: at /cut, half-way."""

    class Store(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            whole = b"".join(roots)
            self.send_response(404 if self.path == "/gone" else 200)
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole[: len(roots[0])] if self.path == "/cut" else whole)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with HTTPServer(("127.0.0.1", 0), Store) as running:
        running.socket = context.wrap_socket(running.socket, server_side=True)
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"https://localhost:{running.server_port}", authority
        running.shutdown()
        thread.join()


@pytest.fixture
def trusting(server: tuple[str, trustme.CA]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    server[1].configure_trust(context)
    return context


def test_a_bundle_is_read_over_https(
    server: tuple[str, trustme.CA], trusting: ssl.SSLContext, roots: list[bytes]
) -> None:
    assert fetch(f"{server[0]}/bundle", context=trusting) == b"".join(roots)


@pytest.mark.parametrize("path", ["cut", "gone"])
def test_a_download_that_breaks_off_or_fails_is_no_bundle(
    server: tuple[str, trustme.CA], trusting: ssl.SSLContext, path: str
) -> None:
    with pytest.raises(BringError, match="could not be read"):
        fetch(f"{server[0]}/{path}", context=trusting)


def test_a_server_that_nobody_vouches_for_is_not_asked(server: tuple[str, trustme.CA]) -> None:
    with pytest.raises(BringError, match="CERTIFICATE_VERIFY_FAILED"):
        fetch(f"{server[0]}/bundle")


@pytest.mark.parametrize("source", ["http://localhost/bundle", "ftp://localhost/bundle"])
def test_an_address_that_anyone_on_the_way_can_change_is_refused(source: str) -> None:
    with pytest.raises(BringError, match="no https address"):
        fetch(source)


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("il-central-1", "truststore.pki.rds.amazonaws.com"),
        ("us-gov-east-1", "truststore.pki.us-gov-west-1.rds.amazonaws.com"),
        ("cn-northwest-1", "rds-truststore.s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_each_partition_has_a_trust_store_of_its_own(region: str, host: str) -> None:
    assert source_of(region) == f"https://{host}/global/global-bundle.pem"


def test_no_region_ships_whose_fingerprints_are_listed_as_missing() -> None:
    listed = {"ap-southeast-5", "ap-southeast-7", "ca-west-1", "il-central-1", "mx-central-1"}
    for region in listed & shipped_regions():  # brought by `make authorities`
        found = {
            each.fingerprint(hashes.SHA256()).hex()
            for each in read(AUTHORITIES)
            if f" {region} " in each.subject.rfc4514_string()
        }
        assert found == known_fingerprints(region)


def test_a_refresh_keeps_the_regions_that_were_brought(roots: list[bytes]) -> None:
    brought = [x509.load_pem_x509_certificate(each) for each in roots]
    packaged = list(read(AUTHORITIES))
    together = merged(packaged, brought, packaged, now=NOW)
    assert {*brought, *packaged} == set(together)
    assert len(together) == len(brought) + len(packaged)
