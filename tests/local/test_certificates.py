"""The app with certificates, deployed by the real CDK CLI; policies are enforced."""

import json
import re

import pytest

from certificate.document import Identity
from certificate.handshake import prove
from local.cdk import CdkError
from local.demo.rotation_follower import RotationFollower
from local.patience import wait_until
from rotation.secret_text import SecretText
from tests.local.bootstrapped import bootstrapped_aws

pytestmark = pytest.mark.xdist_group("end-to-end")

WEB = {"dns_names": ["web.orders.internal", "localhost"], "usages": ["server", "client"]}
API = {"usages": ["client"], "common_name": "api"}


@pytest.fixture(scope="module")
def aws():
    with bootstrapped_aws() as running:
        yield running


@pytest.fixture(scope="module")
def deploy(aws, tmp_path_factory):
    """Deploys with certificates, by a file of settings as a team has one."""
    cdk, file = aws.cdk(), tmp_path_factory.mktemp("settings") / "orders.json"

    def run(*, issuer="ca1", trusted=("ca1",), **certificates):
        settings = {
            "certificates": {"web": WEB, "api": API, **certificates},
            "certificate_authority": {
                "issuer": issuer,
                "authorities": {each: {} for each in trusted},
            },
        }
        file.write_text(json.dumps(settings))
        cdk.deploy("-c", f"settings={file}")
        return cdk

    return run


@pytest.fixture(scope="module")
def cdk(deploy):
    return deploy()


@pytest.fixture(scope="module")
def outputs(aws, cdk):
    return aws.outputs(*cdk.stack_names())


def value(aws, outputs, label="AWSCURRENT", of="Web"):
    answer = aws.client("secretsmanager").get_secret_value(
        SecretId=outputs[f"Certificate{of}SecretName"], VersionStage=label
    )
    return json.loads(answer["SecretString"])


def identity(document):
    return Identity.parse(SecretText(json.dumps(document)), whose="AWSCURRENT")


def test_the_first_deployment_leaves_certificates_that_peers_accept(aws, outputs):
    name = outputs["CertificateAuthoritiesParameterName"]
    trusted = aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    for of in ("Web", "Api"):
        document = value(aws, outputs, of=of)
        assert document["TrustedCertificates"] == trusted
        prove(identity(document), trusted=trusted)
    assert identity(value(aws, outputs)).leaf.dns_names == ("web.orders.internal", "localhost")


def test_a_rotation_renews_it(aws, outputs):
    before = value(aws, outputs)
    RotationFollower(aws, outputs["CertificateWebSecretName"]).rotate()
    assert value(aws, outputs, "AWSPREVIOUS") == before
    after = value(aws, outputs)
    assert after["PrivateKey"] != before["PrivateKey"]
    prove(identity(after), trusted=before["TrustedCertificates"])
    prove(identity(before), trusted=after["TrustedCertificates"])


def test_a_rollover_begins_with_a_deployment_and_no_step_is_left_out(aws, deploy, outputs):
    """Peers that have read the first step accept those that have not, and the other way.

    The same deployment changes what is declared of the other certificate.
    """
    before = value(aws, outputs)
    deploy(trusted=["ca1", "ca2"], api={**API, "common_name": "api2"})
    after = value(aws, outputs)
    assert after["TrustedCertificates"].count("BEGIN") == 2
    assert identity(after).leaf.issuer_key == identity(before).leaf.issuer_key
    prove(identity(after), trusted=before["TrustedCertificates"])
    prove(identity(before), trusted=after["TrustedCertificates"])
    assert identity(value(aws, outputs, of="Api")).leaf.common_name == "api2"
    with pytest.raises(CdkError, match="one step after the other"):
        deploy(trusted=["ca2"], issuer="ca2", api={**API, "common_name": "api2"})
    assert value(aws, outputs) == after


def test_without_the_right_to_sign_a_rotation_fails_in_a_sentence(aws, outputs):
    before, iam = value(aws, outputs), aws.client("iam")
    role = outputs["CertificateWebRotationFunctionName"]
    [policy] = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    arn = policy["PolicyArn"]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    left = [each for each in document["Statement"] if "kms:Sign" not in each["Action"]]
    assert len(left) < len(document["Statement"])
    iam.create_policy_version(
        PolicyArn=arn,
        PolicyDocument=json.dumps({**document, "Statement": left}),
        SetAsDefault=True,
    )
    secret = outputs["CertificateWebSecretName"]
    aws.client("secretsmanager").rotate_secret(SecretId=secret)

    def errors():
        return [each["error"] for each in aws.rotations if each["secret"] == secret]

    wait_until(lambda: any(errors()))
    [told] = {each for each in errors() if each}
    assert re.search(r"createSecret of .* failed: kms:Sign on .* was answered AccessDenied", told)
    assert "Let the function's role and the key's policy allow it again" in told
    assert value(aws, outputs) == before


def test_no_private_key_is_in_any_log(aws, outputs):
    known = {value(aws, outputs, of=of)["PrivateKey"].splitlines()[1] for of in ("Web", "Api")}
    for log in aws.logs.rglob("*"):
        if log.is_file():
            text = log.read_text(errors="replace")
            assert not [key for key in known if key in text], log
