"""Whom the functions trust, as the settings say, and where they would trust nobody."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from credential_rotation.bundle import AUTHORITIES, ROOT, Bundle
from stacks.authorities import AuthoritiesError, check_region
from stacks.settings import SettingsError, read_settings
from tests.command.test_authorities import root

NAME = {"name": "orders"}
SHIPPED = (ROOT / "lambdas" / AUTHORITIES).read_bytes()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def given(tmp_path: Path) -> Callable[[bytes], str]:
    """A file with that content."""

    def write(content: bytes) -> str:
        file = tmp_path / "own.pem"
        file.write_bytes(content)
        return str(file)

    return write


@pytest.mark.parametrize("region", ["", "eu-west-1", "us-east-1", "ap-southeast-4"])
def test_a_region_whose_authorities_ship_passes(region: str) -> None:
    check_region(region, settings=read_settings(NAME))


@pytest.mark.parametrize(
    "region",
    [
        *("ap-east-2", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1"),
        *("il-central-1", "mx-central-1", "us-gov-west-1", "cn-north-1", "eu-west-11"),
    ],
)
def test_a_region_whose_authorities_are_missing_ends_the_synth_with_the_command(
    region: str,
) -> None:
    with pytest.raises(AuthoritiesError, match=f"make authorities REGION={region}`"):
        check_region(region, settings=read_settings(NAME))


def test_authorities_of_one_s_own_are_for_any_region_and_go_into_the_zip(
    given: Callable[[bytes], str], authority: trustme.CA, tmp_path: Path
) -> None:
    pem = authority.cert_pem.bytes()
    settings = read_settings({**NAME, "database.authorities": given(pem)})
    check_region("cn-north-1", settings=settings)
    shipped = Bundle("consumer", target=tmp_path)
    own = Bundle("consumer", target=tmp_path, authorities=settings.database.trusted)
    assert zipfile.ZipFile(own.build()).read(AUTHORITIES) == pem
    assert own.digest != shipped.digest
    assert settings.database.trusted


def test_without_the_setting_the_zip_has_the_shipped_ones(tmp_path: Path) -> None:
    settings = read_settings(NAME)
    made = Bundle("consumer", target=tmp_path, authorities=settings.database.trusted)
    assert zipfile.ZipFile(made.build()).read(AUTHORITIES) == SHIPPED


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (lambda _: b"", "holds no certificate in PEM"),
        (lambda _: b"\xff\xfe\x30", "is not PEM"),
        (lambda ca: ca.cert_pem.bytes()[:-40], "holds no certificate in PEM"),
        (lambda ca: SHIPPED + ca.cert_pem.bytes()[:-40], "is cut off"),
        (lambda ca: ca.cert_pem.bytes().replace(b"M", b"A"), "cannot be read"),
        (lambda ca: ca.issue_cert("db").cert_chain_pems[0].bytes(), "is no authority"),
        (
            lambda ca: ca.cert_pem.bytes() + ca.issue_cert("db").private_key_pem.bytes(),
            "holds a private key",
        ),
    ],
)
def test_a_file_that_is_no_list_of_authorities_is_refused(
    given: Callable[[bytes], str],
    authority: trustme.CA,
    content: Callable[[trustme.CA], bytes],
    because: str,
) -> None:
    with pytest.raises(SettingsError, match=because):
        read_settings({**NAME, "database.authorities": given(content(authority))})


@pytest.mark.parametrize("path", ["/nowhere/own.pem", "stacks"])
def test_a_file_that_can_not_be_read_is_named(path: str) -> None:
    with pytest.raises(SettingsError, match=rf"database.authorities = '{path}': it cannot be read"):
        read_settings({**NAME, "database.authorities": path})


def test_an_authority_that_has_expired_is_refused(given: Callable[[bytes], str]) -> None:
    old = root("eu-west-1", "RSA2048", days=-1)
    with pytest.raises(SettingsError, match="one of its authorities has expired on"):
        read_settings({**NAME, "database.authorities": given(SHIPPED + old)})
