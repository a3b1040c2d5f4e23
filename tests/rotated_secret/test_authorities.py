import re
import ssl
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import certifi
import pytest
import trustme

from credential_rotation.command.authorities import bundle, read
from database.trust import verified_context
from rotated_secret import tls
from rotated_secret.tls import AUTHORITIES, PROXY_AUTHORITIES
from rotation.errors import BadSettingsError
from tools.rds_authorities import authorities

REGIONS = 25
"""RDS has three authorities (RSA 2048, RSA 4096, ECC 384) in each of at least so many regions."""


def test_enough_authorities_ship_and_none_expires_soon() -> None:
    shipped = list(read(AUTHORITIES))
    assert len(shipped) >= 3 * REGIONS
    soon = datetime.now(UTC) + timedelta(days=365)
    stale = [c.subject.rfc4514_string() for c in shipped if c.not_valid_after_utc < soon]
    assert not stale, "run: python -m tools.rds_authorities"


def test_only_amazons_own_are_among_them() -> None:
    for certificate in read(AUTHORITIES):
        assert "O=Amazon Web Services\\, Inc." in certificate.subject.rfc4514_string()
        assert certificate.subject == certificate.issuer


OF_PROXIES = {
    "Amazon Root CA 1": "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
    "Amazon Root CA 2": "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
    "Amazon Root CA 3": "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
    "Amazon Root CA 4": "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
    "Starfield Services Root Certificate Authority - G2": (
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5"
    ),
}
"""The five that Amazon wants in trust stores, with SHA-256 of the certificate.

Their public keys were compared with https://www.amazontrust.com/repository/ when they were added.
"""

PROXIES = [
    "orders.proxy-abcdefghijkl.eu-central-1.rds.amazonaws.com",
    "reader.endpoint.proxy-abcdefghijkl.us-gov-west-1.rds.amazonaws.com",
    "Orders.Proxy-ABCDEFGHIJKL.eu-central-1.rds.amazonaws.com",
    "orders.proxy-abcdefghijkl.cn-north-1.rds.amazonaws.com.cn",
]

NO_PROXIES = [
    None,
    "localhost",
    "orders.abcdefghijkl.eu-central-1.rds.amazonaws.com",
    "proxy-abc.abcdefghijkl.eu-central-1.rds.amazonaws.com",
    "orders.proxy-abcdefghijkl.eu-central-1.rds.example.com",
    "orders.proxy-abcdefghijkl.eu-central-1.rds.amazonaws.com,other.example.com",
    "other.example.com,orders.proxy-abcdefghijkl.eu-central-1.rds.amazonaws.com",
]


def fingerprints(pem_file: Path) -> set[str]:
    """Without a parser of certificates: one of them has the serial number 0."""
    pems = re.findall(
        "-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----", pem_file.read_text()
    )
    return {sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest() for pem in pems}


def test_the_authorities_of_proxies_are_amazons_public_ones() -> None:
    assert fingerprints(PROXY_AUTHORITIES) == set(OF_PROXIES.values())
    assert fingerprints(PROXY_AUTHORITIES) <= fingerprints(Path(certifi.where())), "Mozilla's list"


@pytest.mark.parametrize("host", PROXIES)
def test_a_proxy_is_trusted_by_them_alone(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RDS_CA_BUNDLE", raising=False)
    assert tls.authorities(host) == str(PROXY_AUTHORITIES)
    assert len(tls.verified_context(host).get_ca_certs()) == len(OF_PROXIES)


@pytest.mark.parametrize("host", NO_PROXIES)
def test_nothing_else_is_trusted_by_them(host: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RDS_CA_BUNDLE", raising=False)
    assert tls.authorities(host) == str(AUTHORITIES)
    monkeypatch.setenv("RDS_CA_BUNDLE", "own.pem")
    assert {tls.authorities(each) for each in (host, *PROXIES)} == {"own.pem"}


def test_the_context_trusts_them_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RDS_CA_BUNDLE", raising=False)
    context = verified_context()
    assert len(context.get_ca_certs()) == len(list(read(AUTHORITIES)))
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_bundle_of_ones_own_takes_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.pem"
    trustme.CA(organization_name="Ours").cert_pem.write_to_path(own)
    monkeypatch.setenv("RDS_CA_BUNDLE", str(own))
    [certificate] = verified_context().get_ca_certs()
    assert "Ours" in str(certificate)


def test_a_bundle_that_has_changed_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As before a server gets a certificate of a new authority, while the application runs."""
    own = tmp_path / "own.pem"
    monkeypatch.setenv("RDS_CA_BUNDLE", str(own))
    trustme.CA(organization_name="The old one").cert_pem.write_to_path(own)
    context = verified_context()
    assert verified_context() is context
    trustme.CA(organization_name="The new one").cert_pem.write_to_path(own, append=True)
    assert [name in str(verified_context().get_ca_certs()) for name in ("The old", "The new")] == [
        True,
        True,
    ]


def test_a_bundle_that_can_not_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RDS_CA_BUNDLE", "/nowhere")
    with pytest.raises(BadSettingsError, match="/nowhere"):
        verified_context()


def test_a_refresh_finds_the_certificates_in_javascript_and_drops_expired_ones() -> None:
    [first, second] = list(read(AUTHORITIES))[:2]
    lines = bundle([second, first, first]).splitlines()
    module = "exports.defaults = [" + " +\n".join(f"'{line}\\n'" for line in lines) + "]"
    now = datetime.now(UTC)
    assert authorities(module, now=now) == [first, second]
    assert authorities(module, now=first.not_valid_after_utc) == [
        c for c in (first, second) if c.not_valid_after_utc > first.not_valid_after_utc
    ]
