"""What a team decides about certificates, and what cannot be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificate.declaration import Declaration
from certificate.services import LONGEST_MESSAGE
from stacks.settings import Settings, SettingsError, read_settings
from stacks.settings.certificates import host_name
from tests.certificate.world import World

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
WEB = {"dns_names": ["web.orders.internal"]}


def read(web: object = None, **more: object) -> Settings:
    certificates = {"web": WEB if web is None else web}
    return read_settings({"name": "orders", "certificates": certificates, **more})


def test_there_are_none_by_default() -> None:
    settings = read_settings({"name": "orders"})
    assert not settings.certificates
    assert set(settings.certificate_authority.authorities) == {"ca1"}


def test_a_name_is_enough_also_on_the_command_line() -> None:
    settings = read_settings({"name": "orders", "certificates.web.dns_names": "a.b,c.d"})
    web = settings.certificates["web"]
    assert web.dns_names == ("a.b", "c.d")
    assert (web.schedule, web.usages, web.key_spec) == (
        "rate(60 days)",
        ("server",),
        "ECC_NIST_P256",
    )


@pytest.mark.parametrize(
    ("web", "line"),
    [
        ({}, "certificates.web.usages = ('server',): there are no dns_names and no addresses"),
        ({"usages": "client"}, "no dns_names, no addresses and no common_name"),
        ({"usages": "server,ca", **WEB}, "certificates.web.usages"),
        ({"usages": "", **WEB}, "certificates.web.usages = ()"),
        ({"dns_names": "Web.internal"}, "Web.internal is no host name in small letters"),
        ({"dns_names": "a..b"}, "certificates.web.dns_names.0 = 'a..b'"),
        ({"dns_names": "10.0.0.1"}, "10.0.0.1 is an address"),
        ({"dns_names": "*.internal"}, "less than two parts behind the star"),
        ({"dns_names": "a.*.internal.b"}, "is no host name"),
        ({"dns_names": "a.b,a.b"}, "one is there twice"),
        ({"dns_names": [f"h{n}.b" for n in range(31)]}, "certificates.web.dns_names"),
        (
            {"dns_names": [f"{n}.{'x' * 60}.{'y' * 60}" for n in range(25)]},
            "KMS signs certificates",
        ),
        ({"addresses": "10.0.0.300"}, "10.0.0.300 is no IP address"),
        ({"common_name": "x" * 65, **WEB}, "certificates.web.common_name"),
        ({"common_name": "a\nb", **WEB}, "certificates.web.common_name"),
        ({"days": 5, **WEB}, "certificates.web.days = 5. Allowed: 6 to 825"),
        ({"days": 826, **WEB}, "certificates.web.days = 826"),
        ({"key_spec": "RSA_4096", **WEB}, "certificates.web.key_spec = 'RSA_4096'"),
        ({"window": "25h", **WEB}, "certificates.web.window = '25h'"),
        ({"readers": "arn:aws:iam::111122223333:user/me", **WEB}, "20 ARNs of roles"),
        ({"validity": 30, **WEB}, "certificates.web.validity: there is no such setting"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field(web: dict[str, object], line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(web)
    assert line in str(caught.value)


@pytest.mark.parametrize(
    ("authority", "line"),
    [
        ({"issuer": "ca2"}, "certificate_authority.issuer = 'ca2': the authorities are ca1"),
        ({"authorities": {}}, "certificate_authority.authorities"),
        ({"authorities": {f"ca{n}": {} for n in range(4)}}, "certificate_authority.authorities"),
        ({"authorities": {"ca1": {"days": 20}}}, "certificate_authority.authorities.ca1.days = 20"),
        ({"authorities": {"ca1": {"days": 100}}}, "web is valid for 90 days, more than half of"),
        ({"authorities": {"ca1": {"key_arn": "alias/x"}}}, "authorities.ca1.key_arn = 'alias/x'"),
        (
            {"authorities": {"ca1": {"key_arn": KEY}, "ca2": {"key_arn": KEY}}},
            "one is there twice",
        ),
        ({"authorities": {"ca-1": {}, "ca1": {}}, "issuer": "ca1"}, "are both Ca1"),
        ({"authorities": {"ca1": {"key_spec": "ECC_SECG_P256K1"}}}, "authorities.ca1.key_spec"),
    ],
)
def test_an_authority_that_cannot_be_is_refused_with_the_field(
    authority: dict[str, object], line: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(certificate_authority=authority)
    assert line in str(caught.value)


def test_names_that_something_else_has_are_refused() -> None:
    with pytest.raises(SettingsError, match="certificates is the name of the certificates"):
        read(databases={"main": {"logins": {"app": {}}}, "certificates": {"logins": {"app": {}}}})
    with pytest.raises(SettingsError, match="are both Web1"):
        read_settings({"name": "orders", "certificates": {"web-1": WEB, "web1": WEB}})


def test_a_key_of_elsewhere_is_refused() -> None:
    elsewhere = KEY.replace("eu-west-1", "eu-west-2")
    with pytest.raises(SettingsError, match="both have to be where the deployment is"):
        read(
            secrets_key_arn=KEY,
            certificate_authority={"authorities": {"ca1": {"key_arn": elsewhere}}},
        )


LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)


@given(st.lists(LABELS, min_size=1, max_size=5).map(".".join))
def test_a_host_name_that_is_accepted_is_one_for_the_function_too(name: str) -> None:
    try:
        host_name(name)
    except ValueError:
        return
    fields = {"dns_names": [name], "addresses": [], "usages": ["server"], "days": 6}
    declared = Declaration.parse({**fields, "key_spec": "RSA_2048"}, whose="web")
    assert declared.dns_names == (name,)


def test_the_largest_certificate_that_is_accepted_is_one_that_kms_signs() -> None:
    names = [f"{n}.{'x' * 50}.{'y' * 26}" for n in range(30)]
    web = {"dns_names": names, "common_name": "c" * 64, "usages": "server,client"}
    settings = read({**web, "key_spec": "RSA_3072"})
    given = settings.certificates["web"]
    declaration = Declaration.parse(
        {
            **given.model_dump(include={"common_name", "days", "key_spec"}),
            "dns_names": list(given.dns_names),
            "addresses": [],
            "usages": list(given.usages),
        },
        whose="web",
    )
    world = World(declaration, ca_spec="RSA_4096")
    assert len(world.identity().leaf.der) > LONGEST_MESSAGE - 1500
    with pytest.raises(SettingsError, match="KMS signs certificates"):
        read({**web, "dns_names": [*names[:-1], f"{'z' * 60}.{'x' * 50}.{'y' * 60}"]})
