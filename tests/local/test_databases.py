"""Two databases and five logins in one app, and an application that is not ours."""

import json
from typing import Any

import psycopg
import pytest
from psycopg import sql

from local.aws.configuration import ACCOUNT
from local.demo.parts import application
from local.demo.rotation_follower import RotationFollower
from local.demo.template import deploy
from tests.local.bootstrapped import bootstrapped_aws
from tests.local.test_end_to_end import value

pytestmark = pytest.mark.xdist_group("databases")

LET_IN = "10.0.0.128/27"
DATABASES: dict[str, dict[str, Any]] = {
    "main": {
        "clients": [LET_IN],
        "logins": {
            "app": {"readers": [f"arn:aws:iam::{ACCOUNT}:role/billing"]},
            "reports": {"reads": ["app"]},
            "batch": {"strategy": "single"},
        },
    },
    "stock": {"logins": {"app": {}, "audit": {"strategy": "single"}}},
}
LOGINS = [f"{name}/{login}" for name, each in DATABASES.items() for login in each["logins"]]


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    file = tmp_path_factory.mktemp("settings") / "orders.json"
    file.write_text(json.dumps({"name": "orders", "databases": DATABASES}))
    with bootstrapped_aws() as running:
        running.cdk().deploy("-c", f"settings={file}")
        yield running


@pytest.fixture
def secrets(aws):
    return aws.client("secretsmanager")


@pytest.fixture(scope="module")
def outputs(aws):
    return aws.outputs("orders-production", "orders-production--stock")


CREATE = sql.SQL("CREATE TABLE {}.{} AS SELECT 42 AS amount")
READ = sql.SQL("SELECT amount FROM {}.{}")
DELETE = sql.SQL("DELETE FROM {}.{}")


def names(schema, number):
    return sql.Identifier(schema), sql.Identifier(f"orders_{number}")


def name_of(login):
    return f"orders/production/{login}"


@pytest.mark.parametrize("login", LOGINS)
def test_every_login_logs_in_before_and_after_its_rotation(aws, secrets, login):
    before = value(secrets, name_of(login))
    aws.log_in(before).close()
    RotationFollower(aws, name_of(login)).rotate()
    after = value(secrets, name_of(login))
    assert after["password"] != before["password"]
    with aws.log_in(after) as connection:
        row = connection.execute("SELECT session_user").fetchone()
    assert row == (after["username"],)


def test_logins_of_the_same_name_in_two_databases_have_nothing_in_common(aws, secrets):
    main, stock = (value(secrets, name_of(f"{each}/app")) for each in ("main", "stock"))
    assert (main["host"], main["port"]) != (stock["host"], stock["port"])
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        aws.log_in({**main, "port": stock["port"]}).close()


def test_a_reader_reads_the_tables_of_another_login_whichever_of_their_users_are_current(
    aws, secrets
):
    app, reports = name_of("main/app"), name_of("main/reports")
    for round_ in range(2):
        with aws.log_in(value(secrets, app)) as connection:
            schema = connection.execute("SELECT current_schema()").fetchone()[0]
            connection.execute(CREATE.format(*names(schema, round_)))
        with aws.log_in(value(secrets, reports)) as connection:
            for number in range(round_ + 1):
                assert connection.execute(READ.format(*names(schema, number))).fetchone() == (42,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(DELETE.format(*names(schema, 0)))
        RotationFollower(aws, app).rotate()
        RotationFollower(aws, reports).rotate()


def test_a_function_of_one_database_cannot_read_a_secret_of_the_other(aws, secrets, outputs):
    """With a name of its own, so that neither a rotation nor a label is in the way."""
    secret = secrets.describe_secret(SecretId=name_of("main/app"))
    [current] = [v for v, s in secret["VersionIdsToStages"].items() if "AWSCURRENT" in s]
    event = {"SecretId": secret["ARN"], "ClientRequestToken": current, "Step": "createSecret"}
    function = outputs["StockAppRotationFunctionName"]
    answer = aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    assert "FunctionError" in answer
    refused = [
        each
        for each in aws.decisions
        if each["principal"].endswith(f"/{function}")
        and each["resource"] == secret["ARN"]
        and each["verdict"] != "allowed"
    ]
    assert refused
    own = outputs["MainAppRotationFunctionName"]
    allowed = {(e["principal"].rpartition("/")[2], e["verdict"]) for e in aws.decisions}
    assert (own, "allowed") in allowed


@pytest.fixture(scope="module")
def theirs(aws, outputs):
    """Another team's stack: two subnets, roles, and functions that do as the sample consumer."""
    secret, key = outputs["MainAppSecretArn"], outputs["SecretsKeyArn"]
    code = application.code_of(aws, outputs["ConsumerFunctionName"])
    group = {"GroupDescription": "billing", "VpcId": outputs["VpcId"]}
    resources: dict[str, Any] = {"Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": group}}
    for name, cidr in (("LetIn", LET_IN), ("Elsewhere", "10.0.0.160/27")):
        subnet = {"VpcId": outputs["VpcId"], "CidrBlock": cidr}
        resources[name] = {"Type": "AWS::EC2::Subnet", "Properties": subnet}
    for name in ("billing", "audit"):
        resources[name] = application.role(name, secret_arn=secret, key_arn=key)
    own = {"Fn::GetAtt": ["Group", "GroupId"]}
    to_the_endpoint = outputs["EndpointClientsSecurityGroupId"]
    for name, role_name, subnet_name, groups in (
        ("billing", "billing", "LetIn", [own]),
        ("audit", "audit", "LetIn", [own]),
        ("outside", "billing", "Elsewhere", [own]),
        ("halfway", "billing", "Elsewhere", [to_the_endpoint]),
    ):
        resources[f"{name}Function"] = application.function(
            name,
            code=code,
            role_arn={"Fn::GetAtt": [role_name, "Arn"]},
            subnets=[{"Ref": subnet_name}],
            groups=groups,
            secret_arn=secret,
        )
    deploy(aws, "billing", resources)


def test_an_application_that_was_let_in_logs_in_through_rotations(aws, theirs, secrets):
    for _ in range(2):
        answer = application.call(aws, "billing")
        assert answer["user"] == value(secrets, name_of("main/app"))["username"], answer
        RotationFollower(aws, name_of("main/app")).rotate()


@pytest.mark.parametrize(("function", "by"), [("outside", "network"), ("audit", "policy")])
def test_one_that_was_not_let_in_is_refused(aws, theirs, function, by):
    assert "user" not in application.call(aws, function)
    assert str(application.refused_by(aws, function)).endswith(by)


def test_one_that_gets_to_the_secret_and_is_no_client_gets_no_connection(aws, theirs):
    answer = application.call(aws, "halfway")
    assert "user" not in answer
    [refused] = [
        e for e in aws.decisions if e["layer"] == "network" and e["principal"].endswith(":halfway")
    ]
    assert refused["resource"] == "orders-production-main"
    assert application.refused_by(aws, "halfway") is None, "it has read the secret"
