"""Certificates and their authorities, as CloudFormation is told to make them."""

import json

import pytest

from tests.stacks.conftest import Synthesize
from tests.stacks.template import Template, text

READER = "arn:aws:iam::111122223333:role/gateway"
CERTIFICATES: dict[str, dict[str, object]] = {
    "web": {"dns_names": ["web.orders.internal"], "readers": [READER], "days": 30},
    "api": {"usages": ["client"], "common_name": "api"},
}
FUNCTIONS = {
    f"orders-production-certificates-{name}": name == "users" for name in ("rotation", "users")
}


@pytest.fixture(scope="module")
def made(synthesize: Synthesize) -> Template:
    return Template(
        synthesize(
            certificates=CERTIFICATES,
            certificate_authority__authorities={"ca1": {}, "ca2": {"key_spec": "RSA_4096"}},
        ).template
    )


def test_there_is_nothing_of_it_by_default(template: Template) -> None:
    assert "ertificate" not in json.dumps(template.raw).replace("rotated_secret", "")


def test_no_template_holds_a_certificate_or_a_key(made: Template) -> None:
    for name in CERTIFICATES:
        secret = made.the("AWS::SecretsManager::Secret", f"Certificates{name.title()}")
        assert json.loads(secret["SecretString"]) == {"CertificateName": name}


def test_the_template_s_text_of_a_secret_never_changes(synthesize: Synthesize) -> None:
    """CloudFormation would put it in the certificate's place."""
    texts = {
        Template(synthesize(certificates={"web": given}).template).the(
            "AWS::SecretsManager::Secret", "CertificatesWeb"
        )["SecretString"]
        for given in (CERTIFICATES["web"], {**CERTIFICATES["web"], "addresses": ["10.0.0.1"]})
    }
    assert len(texts) == 1


def test_it_is_renewed_at_two_thirds_of_its_validity(made: Template) -> None:
    rules = {
        name: made.the("AWS::SecretsManager::RotationSchedule", f"Certificates{name}")[
            "RotationRules"
        ]["ScheduleExpression"]
        for name in ("Web", "Api")
    }
    assert rules == {"Web": "rate(20 days)", "Api": "rate(60 days)"}


def test_it_rotates_after_the_first_one_is_made(made: Template) -> None:
    schedule = made.name("AWS::SecretsManager::RotationSchedule", "CertificatesWeb")
    first = made.name("Custom::Certificate", "CertificatesWeb")
    policy = made.name("AWS::SecretsManager::ResourcePolicy", "CertificatesWeb")
    parameter = made.name("AWS::SSM::Parameter")
    assert first in made.waits_for(schedule)
    assert {policy, parameter} <= set(made.waits_for(first))


def test_a_changed_declaration_or_authority_asks_for_another_one(made: Template) -> None:
    first = made.the("Custom::Certificate", "CertificatesWeb")
    assert json.loads(first["Declaration"])["dns_names"] == ["web.orders.internal"]
    assert first["Issuer"] == "ca1"
    told = json.dumps(first["TrustedCertificates"])
    assert "CertificatesAuthorityCa1Certificate" in told
    assert "CertificatesAuthorityCa2Certificate" in told


def test_peers_find_whom_to_trust_in_a_parameter(made: Template) -> None:
    parameter = made.the("AWS::SSM::Parameter")
    assert parameter["Name"] == "/certificate-authorities/orders/production"
    assert made.outputs["CertificateAuthoritiesParameterName"] == {
        "Ref": made.name("AWS::SSM::Parameter")
    }
    told = json.dumps(made.the("Custom::Certificate", "CertificatesWeb")["TrustedCertificates"])
    assert json.dumps(parameter["Value"]) == told


def test_an_authority_s_key_signs_for_its_functions_alone(made: Template) -> None:
    for name, spec, algorithm in (
        ("Ca1", "ECC_NIST_P256", "ECDSA_SHA_256"),
        ("Ca2", "RSA_4096", "RSASSA_PKCS1_V1_5_SHA_256"),
    ):
        key = made.the("AWS::KMS::Key", f"CertificatesAuthority{name}")
        assert (key["KeySpec"], key["KeyUsage"]) == (spec, "SIGN_VERIFY")
        assert "EnableKeyRotation" not in key
        statements = {each["Sid"]: each for each in key["KeyPolicy"]["Statement"]}
        [signs] = [each for each in statements.values() if "kms:Sign" in each["Action"]]
        assert signs["Condition"]["StringEquals"] == {
            "kms:SigningAlgorithm": algorithm,
            "kms:MessageType": "RAW",
        }
        roles = [text(each) for each in signs["Condition"]["ArnEquals"]["aws:PrincipalArn"]]
        assert [each.rpartition("/")[2] for each in roles] == list(FUNCTIONS)


def test_pairs_are_made_for_the_secrets_of_certificates_and_never_decrypted(made: Template) -> None:
    key = made.the("AWS::KMS::Key", "CertificatesPairs")
    assert key["EnableKeyRotation"] is True
    statements = key["KeyPolicy"]["Statement"]
    used = {action for each in statements for action in _listed(each["Action"])}
    assert not {"kms:Decrypt", "kms:Encrypt", "kms:*"} & used
    [pairs] = [each for each in statements if each["Action"] == "kms:GenerateDataKeyPair"]
    context = text(pairs["Condition"]["StringLike"]["kms:EncryptionContext:SecretARN"])
    assert context.endswith(":secret:orders/production/certificates/*")


def _listed(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]


def test_the_functions_run_outside_of_the_network_under_roles_that_are_named(
    made: Template,
) -> None:
    functions = {
        each["FunctionName"]: each
        for each in made.of("AWS::Lambda::Function").values()
        if each["FunctionName"] in FUNCTIONS
    }
    assert functions.keys() == FUNCTIONS.keys()
    roles = {each.get("RoleName") for each in made.of("AWS::IAM::Role").values()}
    for name, each in functions.items():
        assert "VpcConfig" not in each
        assert name in roles
        declared = json.loads(each["Environment"]["Variables"]["CERTIFICATES"])
        assert declared.keys() == CERTIFICATES.keys()


def test_only_the_maker_signs_for_an_authority_that_is_not_the_issuer(made: Template) -> None:
    for role, both in (("Rotation", False), ("Maker", True)):
        policy = made.the("AWS::IAM::ManagedPolicy", f"Certificates{role}ExecutionRole")
        signs = [
            json.dumps(each["Resource"])
            for each in policy["PolicyDocument"]["Statement"]
            if each["Action"] == "kms:Sign"
        ]
        assert ("AuthorityCa2" in " ".join(signs)) is both


def test_alarms_and_rules_tell_of_them(made: Template) -> None:
    prefix = "orders-production-certificates"
    alarms = {each["AlarmName"] for each in made.of("AWS::CloudWatch::Alarm").values()}
    assert {
        f"{prefix}-{each}" for each in ("overdue", "rotation-failed", "authority-ends")
    } <= alarms
    rules = {each["Name"] for each in made.of("AWS::Events::Rule").values()}
    assert {f"{prefix}-{each}" for each in ("changed-key", "strange-signature", "unusual")} <= rules


def test_a_key_of_somebody_else_s_signs_instead(synthesize: Synthesize) -> None:
    arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    made = Template(
        synthesize(
            certificates=CERTIFICATES,
            certificate_authority__authorities={"ca1": {"key_arn": arn}},
        ).template
    )
    assert not [name for name in made.of("AWS::KMS::Key") if "Authority" in name]
    assert made.the("Custom::CertificateAuthority")["KeyArn"] == arn


def test_the_default_parts_stay_as_they_are(made: Template, template: Template) -> None:
    changed = {
        template.resources[name]["Type"]
        for name, each in template.resources.items()
        if made.resources.get(name) != each
    }
    assert changed <= {"AWS::CloudWatch::Dashboard", "AWS::EC2::VPCEndpoint"}
