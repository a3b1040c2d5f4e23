"""Certificates are what RFC 5280 and OpenSSL's strict verification want."""

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from certificate.declaration import Usage
from certificate.kms_authority import ALGORITHMS, CLOCK_SKEW
from certificate.pem import certificates_in, pem
from certificate.reading import Certificate, UnreadableCertificateError
from tests.certificate.world import WEB, World

OPENSSL = shutil.which("openssl")
PURPOSES = {Usage.SERVER: "sslserver", Usage.CLIENT: "sslclient"}


def verify(folder: Path, world: World, *options: str) -> subprocess.CompletedProcess[str]:
    document = world.document()
    (folder / "leaf.pem").write_text(document["Certificate"])
    (folder / "trusted.pem").write_text(document["TrustedCertificates"])
    command = [OPENSSL or "", "verify", "-x509_strict", "-no-CApath", "-no-CAstore"]
    return subprocess.run(
        [*command, *options, "-CAfile", "trusted.pem", "leaf.pem"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl command")
@pytest.mark.parametrize("ca_spec", ALGORITHMS)
@pytest.mark.parametrize("common_name", ["web", ""])
def test_openssl_verifies_strictly(tmp_path: Path, ca_spec: str, common_name: str) -> None:
    world = World(replace(WEB, common_name=common_name), ca_spec=ca_spec)
    for purpose in PURPOSES.values():
        done = verify(tmp_path, world, "-purpose", purpose, "-verify_hostname", WEB.dns_names[0])
        assert done.stdout.endswith(": OK\n"), done.stderr
    assert verify(tmp_path, world, "-verify_ip", "127.0.0.1").returncode == 0
    assert verify(tmp_path, world, "-verify_hostname", "else.internal").returncode


@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl command")
@pytest.mark.parametrize("usage", Usage)
def test_openssl_refuses_it_for_another_purpose(tmp_path: Path, usage: Usage) -> None:
    world = World(replace(WEB, usages=(usage,)))
    for each, purpose in PURPOSES.items():
        assert (verify(tmp_path, world, "-purpose", purpose).returncode == 0) == (each is usage)


@pytest.mark.parametrize("key_spec", ["ECC_NIST_P256", "ECC_NIST_P384", "RSA_2048", "RSA_3072"])
def test_the_pair_is_of_the_kind_that_is_declared(key_spec: str) -> None:
    world = World(replace(WEB, key_spec=key_spec))
    assert world.identity().leaf.key_spec == key_spec


def test_a_leaf_says_what_is_declared_and_no_more() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    leaf = loaded(World().document()["Certificate"])
    extensions = {type(each.value): each for each in leaf.extensions}
    assert extensions.keys() == {
        x509.BasicConstraints,
        x509.KeyUsage,
        x509.ExtendedKeyUsage,
        x509.SubjectKeyIdentifier,
        x509.AuthorityKeyIdentifier,
        x509.SubjectAlternativeName,
    }
    assert not extensions[x509.BasicConstraints].value.ca
    assert extensions[x509.BasicConstraints].critical
    assert extensions[x509.KeyUsage].critical
    usage = extensions[x509.KeyUsage].value
    assert usage.digital_signature
    assert not usage.key_cert_sign
    assert not usage.key_encipherment
    both = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}
    assert set(extensions[x509.ExtendedKeyUsage].value) == both
    names = extensions[x509.SubjectAlternativeName]
    assert not names.critical
    assert names.value.get_values_for_type(x509.DNSName) == list(WEB.dns_names)
    assert [str(a) for a in names.value.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert leaf.version is x509.Version.v3
    assert leaf.not_valid_before_utc <= before - CLOCK_SKEW + timedelta(seconds=2)
    assert timedelta(0) <= leaf.not_valid_after_utc - before - WEB.validity < timedelta(seconds=30)


def test_names_are_critical_where_there_is_no_subject() -> None:
    world = World(replace(WEB, common_name=""))
    leaf = loaded(world.document()["Certificate"])
    assert not list(leaf.subject)
    assert leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical


def test_serial_numbers_are_long_positive_and_never_the_same() -> None:
    world = World()
    serials = set()
    for _ in range(5):
        world.rotate()
        serials.add(loaded(world.document()["Certificate"]).serial_number)
    assert len(serials) == 5
    assert all(0 < each < 2**159 for each in serials)
    assert max(serials) > 2**120


def test_an_authority_signs_leaves_alone() -> None:
    authority = loaded(World().document()["TrustedCertificates"])
    extensions = {type(each.value): each for each in authority.extensions}
    constraints = extensions[x509.BasicConstraints]
    assert (constraints.critical, constraints.value.ca) == (True, True)
    assert constraints.value.path_length == 0
    usage = extensions[x509.KeyUsage]
    assert (usage.critical, usage.value.key_cert_sign) == (True, True)
    assert not usage.value.digital_signature
    authority.verify_directly_issued_by(authority)


def test_years_after_2049_have_four_digits() -> None:
    world = World(ca_days=30 * 365)
    assert Certificate.of(world.document()["TrustedCertificates"]).end.year >= 2055


@pytest.mark.parametrize("der", [b"", b"0", b"0\x80", b"\x30\x03\x02\x01\x01", b"x" * 1000])
def test_what_is_no_certificate_is_refused(der: bytes) -> None:
    with pytest.raises(UnreadableCertificateError):
        Certificate.parse(der)
    with pytest.raises(UnreadableCertificateError):
        Certificate.of(pem("CERTIFICATE", der))


def test_a_certificate_with_something_behind_it_is_refused() -> None:
    [der] = certificates_in(World().document()["Certificate"])
    with pytest.raises(UnreadableCertificateError):
        Certificate.parse(der + b"\x05\x00")


def loaded(text: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(text.encode())
