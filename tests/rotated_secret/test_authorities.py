import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from database.trust import verified_context
from rotated_secret.tls import AUTHORITIES
from rotation.errors import BadSettingsError
from tools.rds_authorities import authorities, bundle, read

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
