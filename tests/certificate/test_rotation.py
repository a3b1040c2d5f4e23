"""What a rotation makes, and what it refuses with nothing changed."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from certificate.certificates import Certificates
from fakes.secrets_manager import failure
from rotation.errors import (
    BadSecretError,
    CredentialRefusedError,
    GoneError,
    RefusedChangeError,
    RotationError,
    UnreachableError,
    UnsuitableError,
)
from rotation.event import Step
from tests.certificate.world import ARN, WEB, World, key_of


@pytest.fixture
def world() -> World:
    return World()


def test_a_rotation_makes_a_new_pair_and_a_certificate_for_it(world: World) -> None:
    before = world.document()
    world.rotate()
    after = world.document()
    assert world.document("AWSPREVIOUS") == before
    assert after["Certificate"] != before["Certificate"]
    assert after["PrivateKey"] != before["PrivateKey"]
    assert world.identity().leaf.public_key != world.identity("AWSPREVIOUS").leaf.public_key


def test_the_fields_are_those_of_acm_with_what_else_is_needed(world: World) -> None:
    world.rotate()
    document = world.document()
    assert document["team"] == "orders"  # what we don't know stays
    assert document["CertificateChain"] == ""
    assert document["PrivateKey"].startswith("-----BEGIN PRIVATE KEY-----\n")
    leaf = world.identity().leaf
    for field, moment in (("NotBefore", leaf.begin), ("NotAfter", leaf.end)):
        assert datetime.fromisoformat(document[field]) == moment
        assert document[field].endswith("Z")


def test_the_pair_is_bound_to_its_secret(world: World) -> None:
    world.rotate()
    assert world.kms.contexts
    assert all(each == {"SecretARN": ARN} for each in world.kms.contexts)


@pytest.mark.parametrize(
    ("call", "code", "error", "words"),
    [
        ("sign", "AccessDeniedException", RefusedChangeError, "kms:Sign on .*/ca1 was answered"),
        ("sign", "DisabledException", RefusedChangeError, "Enable the key"),
        ("sign", "KMSInvalidStateException", RefusedChangeError, "Cancel the key's deletion"),
        ("sign", "ThrottlingException", UnreachableError, "A retry can help"),
        ("generate_data_key_pair", "AccessDeniedException", RefusedChangeError, "DataKeyPair on"),
        ("get_public_key", "NotFoundException", GoneError, "kms:GetPublicKey on"),
        ("get_parameter", "ParameterNotFound", GoneError, "ssm:GetParameter on /orders"),
    ],
)
def test_what_kms_refuses_fails_in_a_sentence_with_nothing_changed(
    world: World, call: str, code: str, error: type[RotationError], words: str
) -> None:
    before = world.snapshot()
    world.kms.refused = {call: code}
    token = world.begin()
    with pytest.raises(error, match=words):
        world.step(token, Step.CREATE)
    assert world.snapshot() == before
    assert world.stored.contents[token] is None
    world.kms.refused = {}
    world.rotate(token)
    assert world.labels["AWSCURRENT"] == token


def test_no_leaf_outlives_its_authority() -> None:
    world = World(ca_days=120)
    world.now += timedelta(days=40)
    before = world.snapshot()
    with pytest.raises(RefusedChangeError, match="Roll over to a new authority"):
        world.rotate()
    assert world.snapshot() == before


def test_the_end_of_an_authority_is_told_in_time(capsys: pytest.CaptureFixture[str]) -> None:
    World(ca_days=200)
    assert '"Warning"' not in capsys.readouterr().out
    World(ca_days=170)
    assert '"Warning"' in capsys.readouterr().out


def test_more_names_than_kms_signs_are_refused_in_a_sentence(world: World) -> None:
    names = tuple(f"{number}.{'x' * 60}.orders.internal" for number in range(60))
    world.deploy("ca1", trusted=("ca1",), declaration=replace(WEB, dns_names=names), ensure=False)
    with pytest.raises(RefusedChangeError, match="Declare fewer names"):
        world.rotate()


@pytest.mark.parametrize(
    "change",
    [
        {"dns_names": ("else.internal",)},
        {"addresses": ()},
        {"common_name": "else"},
        {"validity": timedelta(days=900)},
        {"key_spec": "ECC_NIST_P384"},
    ],
)
def test_a_version_that_is_not_what_is_declared_never_becomes_current(
    world: World, change: dict[str, object]
) -> None:
    """Somebody writes a certificate of ours for another name under AWSPENDING."""
    before, token = world.snapshot(), world.begin()
    other = world.issued(replace(WEB, **change))  # type: ignore[arg-type]  # one of its fields
    world.stored.contents[token] = other.document.text.reveal()
    with pytest.raises(BadSecretError, match="not the certificate that is declared"):
        world.step(token, Step.FINISH)
    assert world.snapshot() == before


def test_the_names_come_from_the_settings_and_not_from_the_secret(world: World) -> None:
    """Whoever may write the secret gets nothing signed but what is declared for it."""
    world.deploy("ca1", trusted=("ca1",))
    api = replace(WEB, dns_names=("api.orders.internal",))
    world.settings = replace(world.settings, certificates={"web": WEB, "api": api})
    world.wire()
    world.secrets.put(ARN, "AWSCURRENT", {**world.document(), "CertificateName": "api"})
    world.rotate()
    assert world.identity().leaf.dns_names == WEB.dns_names
    assert world.document()["CertificateName"] == "web"


@pytest.mark.parametrize(
    "name",
    [
        "orders/production/certificates/api-AbCdEf",
        "orders/production/certificates/web-AbCdEf-GhIjKl",
        "orders/production/certificates/-AbCdEf",
        "orders/production/certificates-AbCdEf",
        "orders/production/certificate/web-AbCdEf",
        "web-AbCdEf",
    ],
)
def test_a_secret_that_nothing_is_declared_for_gets_no_certificate(world: World, name: str) -> None:
    path = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:"
    with pytest.raises(BadSecretError, match="No certificate is declared"):
        world.settings.name_of(path + name)
    assert world.settings.name_of(f"{path}orders/production/certificates/web-AbCdEf") == "web"


def test_a_bundle_that_somebody_else_wrote_is_refused(world: World) -> None:
    """It would tell all peers to trust a stranger."""
    before, ours = world.snapshot(), world.kms.bundle
    for bundle in (ours + World().kms.bundle, World().kms.bundle, "", "nothing"):
        world.kms.bundle = bundle
        with pytest.raises(UnsuitableError, match="certificate-authorities"):
            world.rotate()
    assert world.snapshot() == before


@pytest.mark.parametrize(
    "text", ["", "[]", "nonsense", '{"Certificate": 1}', '{"PrivateKey": "x"}']
)
def test_nonsense_in_the_secret_is_refused_in_a_sentence(world: World, text: str) -> None:
    world.secrets.put(ARN, "AWSCURRENT", text)
    with pytest.raises(BadSecretError, match="AWSCURRENT can't be used"):
        world.rotate()


@pytest.mark.parametrize("text", ["", "[]", "nonsense", '{"Certificate": 1}', "{}"])
def test_nonsense_in_the_version_before_is_in_nobody_s_way(world: World, text: str) -> None:
    world.rotate()
    world.secrets.put(ARN, "AWSPREVIOUS", text)
    world.rotate()


def test_a_bundle_may_name_its_authorities_in_any_script(world: World) -> None:
    document = world.document()
    trusted = f"# Zertifizierungsstelle für Türen\n{document['TrustedCertificates']}"
    world.secrets.put(ARN, "AWSCURRENT", document | {"TrustedCertificates": trusted})
    world.rotate()
    assert world.document("AWSPREVIOUS")["TrustedCertificates"] == trusted


def test_a_certificate_that_has_ended_is_replaced(world: World) -> None:
    """Nobody rotated it in time; peers refuse it, so it need not get along with the new one."""
    old = World(now=datetime.now(UTC) - timedelta(days=100), first=False)
    old.kms.keys[key_of("ca1")] = world.kms.keys[key_of("ca1")]
    old.kms.bundle = world.kms.bundle
    ended = old.issued(WEB)
    world.secrets.put(ARN, "AWSCURRENT", ended.document.text.reveal())
    world.rotate()
    assert world.identity().leaf.end > datetime.now(UTC)


def test_a_certificate_that_its_own_peers_refuse_is_not_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.now -= timedelta(days=100)
    before, token = world.snapshot(), world.begin()
    with pytest.raises(CredentialRefusedError, match="expired"):
        world.step(token, Step.CREATE)
    assert world.snapshot() == before
    assert world.stored.contents[token] is None


def test_what_was_given_up_is_not_taken_over(world: World) -> None:
    """An abandoned version may be for names that are not declared any more."""
    token = world.begin()
    world.step(token, Step.CREATE)
    given_up = world.stored.contents[token]
    del world.labels["AWSPENDING"]
    world.rotate()
    assert world.stored.contents[world.labels["AWSCURRENT"]] != given_up


def test_private_keys_are_nowhere_but_in_the_secret(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.rotate()
    shown = f"{world.identity()!r} {world.text()!r} {world.settings!r}"
    key = json.dumps(world.document()["PrivateKey"])
    lines = [each for each in re.split(r"\\n|[\"-]", key) if len(each) > 20]
    assert lines
    assert not [each for each in lines if each in shown + capsys.readouterr().out]


def test_a_rotation_makes_few_calls(world: World) -> None:
    world.kms.calls.clear()
    world.rotate()
    made = ["get_parameter", "get_public_key", "generate_data_key_pair", "get_public_key", "sign"]
    assert world.kms.calls == made
    assert Certificates.name == "certificate"


def test_a_throttled_call_to_secrets_manager_ends_in_a_sentence(world: World) -> None:
    def refuse(call: str) -> None:
        if call == "put_secret_value":
            raise failure("ThrottlingException", "PutSecretValue")

    world.secrets.before = refuse
    with pytest.raises(RotationError, match="A retry can help"):
        world.rotate()
