"""The unchanged app, deployed by the real CDK CLI, rotated, and consumed, policies enforced."""

import base64
import hashlib
import json
import time

import psycopg
import pytest

from local.demo.refusal import refused_call
from local.demo.rotation_follower import RotationFollower
from local.demo.variables import changed_variables
from local.patience import wait_until
from tests.local.on_instance import OnInstance

pytestmark = pytest.mark.xdist_group("end-to-end")


@pytest.fixture(scope="module")
def aws(deployed_aws):
    return deployed_aws


@pytest.fixture(scope="module")
def cdk(deployed_cdk):
    return deployed_cdk


@pytest.fixture
def outputs(aws, cdk):
    return aws.outputs(*cdk.stack_names())


@pytest.fixture
def secret(outputs):
    return outputs["MainAppSecretName"]


@pytest.fixture
def secrets(aws):
    return aws.client("secretsmanager")


@pytest.fixture
def watch(aws, secret):
    return RotationFollower(aws, secret)


@pytest.fixture
def admin(outputs):
    return outputs["MainAdminSecretName"]


@pytest.fixture
def admin_watch(aws, admin):
    return RotationFollower(aws, admin)


def value(secrets, secret, stage="AWSCURRENT"):
    return json.loads(secrets.get_secret_value(SecretId=secret, VersionStage=stage)["SecretString"])


def login(aws, credential):
    with aws.postgres.connect(
        credential["username"], credential["password"], dbname=credential["dbname"]
    ) as connection:
        return connection.execute("SELECT session_user").fetchone()[0]


def refused(aws, credential):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        login(aws, credential)
    return True


def consume(aws, outputs):
    functions, consumer = aws.client("lambda"), outputs["ConsumerFunctionName"]
    # Else it would go on with the credential that it holds as long as that is accepted.
    with changed_variables(functions, consumer, REFRESH_SECONDS="0"):
        answer = functions.invoke(FunctionName=consumer)
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


def rests(secrets, name):
    """Whether no rotation is under way."""
    stages = secrets.describe_secret(SecretId=name)["VersionIdsToStages"].values()
    return not any("AWSPENDING" in each and "AWSCURRENT" not in each for each in stages)


def wait_for_schedule(aws, secrets, secret, watch):
    """Lets the clock run until the secret's window opens; others may open meanwhile."""
    count = len(watch.done())
    due = secrets.describe_secret(SecretId=secret)["NextRotationDate"].timestamp()
    aws.server.run_clock_at(due - time.time())
    try:
        watch.wait_for(count + 1)
    finally:
        aws.server.run_clock_at(1)
    assert watch.done()[-1].invoked_by == "schedule"
    names = [each["Name"] for each in secrets.list_secrets()["SecretList"]]
    wait_until(lambda: all(rests(secrets, name) for name in names))


def test_the_schedule_rotates(aws, secrets, secret, watch):
    wait_for_schedule(aws, secrets, secret, watch)


def test_the_admin_changes_its_own_password(aws, secrets, admin, admin_watch):
    before = value(secrets, admin)
    admin_watch.rotate()
    after = value(secrets, admin)
    assert after == {**before, "password": after["password"]}
    assert login(aws, after) == before["username"]
    assert refused(aws, before)


def test_the_admins_schedule_rotates(aws, secrets, admin, admin_watch):
    before = value(secrets, admin)
    wait_for_schedule(aws, secrets, admin, admin_watch)
    assert refused(aws, before)
    assert login(aws, value(secrets, admin)) == before["username"]


def test_the_application_rotates_with_an_admin_that_has_rotated(
    aws, outputs, secrets, secret, watch, admin_watch
):
    watch.rotate()  # after which none that began before is under way
    before = value(secrets, secret)
    admin_watch.rotate()
    assert value(secrets, secret) == before
    watch.rotate()
    after = value(secrets, secret)
    assert [login(aws, each) for each in (before, after)] == [before["username"], after["username"]]
    assert consume(aws, outputs)["user"] == after["username"]


def test_two_rotations_that_meet_both_come_to_their_end(
    aws, secrets, secret, watch, admin, admin_watch
):
    for _ in range(3):
        counts = len(watch.done()), len(admin_watch.done())
        for each in (secret, admin):
            secrets.rotate_secret(SecretId=each)
        watch.wait_for(counts[0] + 1)
        admin_watch.wait_for(counts[1] + 1)
        assert login(aws, value(secrets, secret))
        assert login(aws, value(secrets, secret, "AWSPREVIOUS"))
        assert login(aws, value(secrets, admin))


def test_the_consumer_is_refused_another_secret(aws, outputs):
    message = refused_call(
        aws, consumer=outputs["ConsumerFunctionName"], secret=outputs["MainAdminSecretName"]
    )
    assert "secretsmanager:GetSecretValue" in message or "AccessDenied" in message


def test_the_deployed_roles_have_the_boundary_that_is_judged(aws, outputs):
    iam, functions = aws.client("iam"), aws.client("lambda")
    function = functions.get_function_configuration(FunctionName=outputs["ConsumerFunctionName"])
    role = iam.get_role(RoleName=function["Role"].rpartition("/")[2])["Role"]
    boundary = iam.get_policy(PolicyArn=role["PermissionsBoundary"]["PermissionsBoundaryArn"])
    description = boundary["Policy"]["Description"]
    assert "The most that roles of orders/production/main may do" in description


def test_no_password_is_in_any_log(aws, secrets, secret, watch, admin, admin_watch):
    watch.rotate()
    admin_watch.rotate()
    known = {
        value(secrets, each, stage)["password"]
        for each in (secret, admin)
        for stage in ("AWSCURRENT", "AWSPREVIOUS")
    }
    assert len(known) == 4
    for log in aws.logs.rglob("*"):
        if log.is_file():
            text = log.read_text(errors="replace")
            assert not [password for password in known if password in text], log


def test_what_runs_is_byte_for_byte_what_was_uploaded(aws, cdk):
    functions = aws.client("lambda").list_functions()["Functions"]
    uploaded = {
        hashlib.sha256(path.read_bytes()).digest(): path
        for path in (aws.directory / "cdk.out").glob("asset.*.zip")
    }
    assert len(functions) >= 3
    for function in functions:
        path = uploaded[base64.b64decode(function["CodeSha256"])]
        assert function["CodeSize"] == path.stat().st_size


def test_a_role_without_a_needed_permission_makes_the_rotation_fail(
    aws, outputs, secrets, secret, watch
):
    iam, functions = aws.client("iam"), aws.client("lambda")
    role = functions.get_function_configuration(
        FunctionName=outputs["MainAppRotationFunctionName"]
    )["Role"].rpartition("/")[2]
    deny = {"Effect": "Deny", "Action": "secretsmanager:PutSecretValue", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    before, done, failed = value(secrets, secret), len(watch.done()), len(failures_of(aws, secret))
    iam.put_role_policy(RoleName=role, PolicyName="stripped", PolicyDocument=policy)
    try:
        secrets.rotate_secret(SecretId=secret)
        failures = wait_for_failures(aws, secret, failed + 1)
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="stripped")
    assert "AccessDenied" in failures[-1]
    assert "createSecret" in failures[-1]
    assert value(secrets, secret) == before
    watch.wait_for(done + 1)  # it is tried again, and needs nobody


def test_a_changed_setting_is_deployed_over_what_is_there(aws, cdk, secrets, secret, admin):
    before, admins = value(secrets, secret), value(secrets, admin)
    cdk.deploy("-c", "rotation.schedule=rate(7 days)")
    rules = secrets.describe_secret(SecretId=secret)["RotationRules"]
    assert rules["ScheduleExpression"] == "rate(7 days)"
    assert value(secrets, secret) == before, "a deployment rotates nothing by itself"
    assert value(secrets, admin) == admins
    assert login(aws, admins)


def test_a_changed_database_keeps_the_password_that_the_admin_has_by_now(
    aws, cdk, secrets, secret, watch, admin, admin_watch
):
    admin_watch.rotate()
    before = value(secrets, admin)
    cdk.deploy("-c", "database.backup_days=21")
    assert value(secrets, admin) == before
    assert login(aws, before) == before["username"]
    watch.rotate()
    assert login(aws, value(secrets, secret))


def test_the_strategy_can_be_changed_to_a_single_user(aws, cdk, outputs, secrets, secret, watch):
    cdk.deploy("-c", "rotation.strategy=single")
    before = value(secrets, secret)
    watch.rotate()
    after = value(secrets, secret)
    assert after["username"] == before["username"]
    assert after["password"] != before["password"]
    assert consume(aws, outputs)["user"] == after["username"]


def test_a_program_on_an_instance_logs_in_before_and_after_a_rotation(
    aws, cdk, secrets, secret, watch, admin, tmp_path
):
    cdk.deploy("-c", "rotation.strategy=single", "-c", "ec2_consumer=true")
    instance = OnInstance(aws, aws.outputs(*cdk.stack_names())["ConsumerInstanceId"])
    instance.fetch_program(tmp_path)
    versions = set()
    for _ in range(2):
        done = instance.run(tmp_path, secret)
        assert done.returncode == 0, done.stderr
        assert value(secrets, secret)["username"] in done.stdout
        versions.add(done.stdout.split()[-1])
        watch.rotate()
    assert len(versions) == 2
    refused = instance.run(tmp_path, admin)
    assert refused.returncode
    assert "AccessDenied" in refused.stderr


def failures_of(aws, secret):
    return [e["error"] for e in aws.rotations if e["secret"] == secret and e["error"]]


def wait_for_failures(aws, secret, count):
    wait_until(lambda: len(failures_of(aws, secret)) >= count)
    return failures_of(aws, secret)
