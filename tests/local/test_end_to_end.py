"""The unchanged app, deployed by the real CDK CLI, rotated, and consumed, policies enforced."""

import base64
import hashlib
import json
import time

import pytest

from local import toolchain
from local.aws.configuration import ACCOUNT
from local.demo.refusal import refused_call
from local.demo.rotation_watch import RotationWatch
from local.local_aws import REGION, LocalAws

pytestmark = pytest.mark.xdist_group("end-to-end")


@pytest.fixture(scope="module")
def aws():
    with LocalAws(toolchain.find()) as running:
        running.cdk().bootstrap(ACCOUNT, REGION)
        yield running


@pytest.fixture(scope="module")
def cdk(aws):
    cdk = aws.cdk()
    cdk.deploy()
    return cdk


@pytest.fixture
def outputs(aws, cdk):
    return aws.outputs(cdk.stack_name())


@pytest.fixture
def secret(outputs):
    return outputs["ApplicationSecretName"]


@pytest.fixture
def secrets(aws):
    return aws.client("secretsmanager")


@pytest.fixture
def watch(aws, secret):
    return RotationWatch(aws, secret)


def value(secrets, secret, stage="AWSCURRENT"):
    return json.loads(secrets.get_secret_value(SecretId=secret, VersionStage=stage)["SecretString"])


def login(aws, credential):
    with aws.postgres.connect(
        credential["username"], credential["password"], dbname=credential["dbname"]
    ) as connection:
        return connection.execute("SELECT session_user").fetchone()[0]


def consume(aws, outputs):
    answer = aws.client("lambda").invoke(FunctionName=outputs["ConsumerFunctionName"])
    payload = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, payload
    return payload


def test_the_first_deployment_leaves_a_login_that_works(aws, outputs, secrets, secret):
    credential = value(secrets, secret)
    assert login(aws, credential) == credential["username"]
    assert consume(aws, outputs)["user"] == credential["username"]


def test_the_application_user_has_its_own_schema_and_no_more_rights(aws, secrets, secret):
    credential = value(secrets, secret)
    with aws.postgres.connect(
        credential["username"], credential["password"], dbname=credential["dbname"]
    ) as connection:
        connection.execute("CREATE TABLE its_own (id int)")
        row = connection.execute(
            "SELECT schemaname, rolsuper, rolcreaterole, rolcreatedb FROM pg_tables, pg_roles"
            " WHERE tablename = 'its_own' AND rolname = session_user"
        ).fetchone()
        connection.execute("DROP TABLE its_own")
    assert row[0] not in ("public", "pg_catalog")
    assert row[1:] == (False, False, False)


def test_a_rotation_changes_the_user_and_keeps_the_previous_one_working(
    aws, outputs, secrets, secret, watch
):
    before = value(secrets, secret)
    watch.rotate()
    after = value(secrets, secret)
    assert after["username"] != before["username"]
    assert value(secrets, secret, "AWSPREVIOUS") == before
    assert login(aws, before) == before["username"]
    assert login(aws, after) == after["username"]
    assert consume(aws, outputs)["user"] == after["username"]


def test_the_schedule_rotates(aws, secrets, secret, watch):
    count = len(watch.done())
    due = secrets.describe_secret(SecretId=secret)["NextRotationDate"].timestamp()
    aws.server.run_clock_at(due - time.time())
    try:
        watch.wait_for(count + 1)
    finally:
        aws.server.run_clock_at(1)
    assert watch.done()[-1].invoked_by == "schedule"


def test_the_consumer_is_refused_another_secret(aws, outputs):
    message = refused_call(
        aws, consumer=outputs["ConsumerFunctionName"], secret=outputs["AdminSecretName"]
    )
    assert "secretsmanager:GetSecretValue" in message or "AccessDenied" in message


def test_no_password_is_in_any_log(aws, secrets, secret, watch):
    watch.rotate()
    known = {value(secrets, secret, stage)["password"] for stage in ("AWSCURRENT", "AWSPREVIOUS")}
    for log in aws.logs.rglob("*"):
        if log.is_file():
            text = log.read_text(errors="replace")
            assert not [password for password in known if password in text], log


def test_what_runs_is_byte_for_byte_what_was_uploaded(aws, cdk):
    functions = aws.client("lambda").list_functions()["Functions"]
    uploaded = {
        hashlib.sha256(path.read_bytes()).digest(): path
        for path in (aws.directory / "cdk.out" / ".cache").glob("*.zip")
    }
    assert len(functions) >= 3
    for function in functions:
        path = uploaded[base64.b64decode(function["CodeSha256"])]
        assert function["CodeSize"] == path.stat().st_size


def test_a_role_without_a_needed_permission_makes_the_rotation_fail(
    aws, outputs, secrets, secret, watch
):
    iam, functions = aws.client("iam"), aws.client("lambda")
    role = functions.get_function_configuration(FunctionName=outputs["RotationFunctionName"])[
        "Role"
    ].rpartition("/")[2]
    deny = {"Effect": "Deny", "Action": "secretsmanager:PutSecretValue", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    before = value(secrets, secret)
    iam.put_role_policy(RoleName=role, PolicyName="stripped", PolicyDocument=policy)
    try:
        secrets.rotate_secret(SecretId=secret)
        failures = wait_for_failures(aws, secret, 1)
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="stripped")
    assert "AccessDenied" in failures[-1]
    assert "createSecret" in failures[-1]
    assert value(secrets, secret) == before
    watch.wait_for(len(watch.done()) + 1)  # it is tried again, and needs nobody


def test_a_changed_setting_is_deployed_over_what_is_there(aws, cdk, secrets, secret):
    before = value(secrets, secret)
    cdk.deploy("-c", "rotation.schedule=rate(7 days)")
    rules = secrets.describe_secret(SecretId=secret)["RotationRules"]
    assert rules["ScheduleExpression"] == "rate(7 days)"
    assert value(secrets, secret) == before, "a deployment rotates nothing by itself"


def test_the_strategy_can_be_changed_to_a_single_user(aws, cdk, outputs, secrets, secret, watch):
    cdk.deploy("-c", "rotation.strategy=single")
    before = value(secrets, secret)
    watch.rotate()
    after = value(secrets, secret)
    assert after["username"] == before["username"]
    assert after["password"] != before["password"]
    assert consume(aws, outputs)["user"] == after["username"]


def wait_for_failures(aws, secret, count, seconds=20):
    end = time.monotonic() + seconds
    while True:
        failures = [e["error"] for e in aws.rotations if e["secret"] == secret and e["error"]]
        if len(failures) >= count:
            return failures
        assert time.monotonic() < end, failures
        time.sleep(0.05)
