"""Servers and a network of somebody else's: an instance, a cluster's writer, an endpoint."""

import pytest

from local.cdk import CdkError
from local.demo.parts import application
from local.demo.rotation_follower import RotationFollower
from local.demo.template import deploy
from tests.local.existing.conftest import existing
from tests.local.test_end_to_end import value

pytestmark = pytest.mark.xdist_group("existing")


@pytest.mark.parametrize("database", ["main", "cluster"])
def test_a_login_is_made_on_an_existing_server_and_rotates(aws, deployed, database):
    secrets, name = aws.client("secretsmanager"), f"orders/production/{database}/app"
    before = value(secrets, name)
    assert before["host"].endswith(".rds.localhost")
    aws.log_in(before).close()
    RotationFollower(aws, name).rotate()
    after = value(secrets, name)
    assert after["password"] != before["password"]
    aws.log_in(after).close()


def test_an_application_of_the_network_gets_in_by_its_group_and_its_role(aws, there, deployed):
    """Its group was there before the settings named it; its role and its function come later."""
    secret, key = deployed["MainAppSecretArn"], deployed["SecretsKeyArn"]
    resources = {"Role": application.role("billing", secret_arn=secret, key_arn=key)}
    for name, group in (("billing", "billing"), ("outside", "other")):
        resources[name] = application.function(
            name,
            code=application.code_of(aws, deployed["ConsumerFunctionName"]),
            role_arn={"Fn::GetAtt": ["Role", "Arn"]},
            subnets=[there["ids"]["Subnet0"]],
            groups=[there["groups"][group]],
            secret_arn=secret,
        )
    deploy(aws, "billing", resources)
    for _ in range(2):
        answer = application.call(aws, "billing")
        current = value(aws.client("secretsmanager"), "orders/production/main/app")
        assert answer.get("user") == current["username"], answer
        RotationFollower(aws, "orders/production/main/app").rotate()
    assert "user" not in application.call(aws, "outside")
    assert application.refused_by(aws, "outside") == "network"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda there: {"port": there["ports"]["legacy"] + 1}, "nothing listens there"),
        (lambda there: {"security_group_id": there["groups"]["other"]}, "security group"),
        (lambda there: {"admin_secret_arn": there["secrets"]["wrong"]}, "password"),
    ],
    ids=["port", "group", "password"],
)
def test_the_first_check_tells_what_is_wrong_before_anything_is_made(
    aws, there, settings, wrong, told, request
):
    changes = {"admin_secret_arn": there["secrets"]["cluster"], **wrong(there)}
    databases = {
        "main": {"existing": existing(there, "legacy", **changes), "logins": {"app": {}}},
    }
    app = f"wrong-{request.node.callspec.id}"
    with pytest.raises(CdkError) as refused:
        aws.cdk().deploy(*settings(app, databases))
    said = " ".join(str(refused.value).split())
    assert "Custom::DatabaseCheck" in said
    assert told in said, said


def test_a_second_endpoint_in_the_network_is_refused(aws, there, settings):
    databases = {"main": {"existing": existing(there, "legacy"), "logins": {"app": {}}}}
    with pytest.raises(CdkError, match="private-dns-enabled cannot be set"):
        aws.cdk().deploy(*settings("second", databases, endpoint="create"))
