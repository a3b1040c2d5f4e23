"""Secrets Manager's side of a rotation, with functions that do just what a test needs."""

import time

import pytest
from botocore.exceptions import ClientError

from local.patience import wait_until

RECORDER = """
import boto3, json
secrets = boto3.client("secretsmanager")

def handler(event, context):
    arn, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    print(json.dumps(event))
    if step == "createSecret":
        secrets.put_secret_value(
            SecretId=arn, ClientRequestToken=token, SecretString=arn, VersionStages=["AWSPENDING"])
    if step == FAILING and ONCE_PER_TOKEN.setdefault(token, 0) < TIMES:
        ONCE_PER_TOKEN[token] += 1
        raise ValueError("told to fail")
    if step == "finishSecret":
        labels = secrets.describe_secret(SecretId=arn)["VersionIdsToStages"]
        old = next(v for v, l in labels.items() if "AWSCURRENT" in l)
        secrets.update_secret_version_stage(SecretId=arn, VersionStage="AWSCURRENT",
            MoveToVersionId=token, RemoveFromVersionId=old)

ONCE_PER_TOKEN = {}
"""

RIGHTS = (
    '{"Version": "2012-10-17", "Statement": '
    '[{"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}]}'
)


@pytest.fixture
def secrets(aws):
    return aws.client("secretsmanager")


@pytest.fixture
def secret(secrets, name):
    secrets.create_secret(Name=name, SecretString="initial")
    return name


@pytest.fixture
def rotator(aws, function):
    """Deploys a function that rotates, and fails at a step so many times for a token."""

    def deploy(failing=None, times=0):
        arn = function(RECORDER + f"FAILING, TIMES = {failing!r}, {times}\n")
        configuration = aws.client("lambda").get_function_configuration(FunctionName=arn)
        aws.client("iam").put_role_policy(
            RoleName=configuration["Role"].rpartition("/")[2],
            PolicyName="rights",
            PolicyDocument=RIGHTS,
        )
        return arn

    return deploy


def attempts(aws, secret, count, seconds=20):
    """Wait for so many attempts and return them."""

    def entries():
        return [entry for entry in aws.rotations if entry["secret"] == secret]

    wait_until(lambda: len(entries()) >= count, seconds=seconds, what=f"{count} attempts")
    return entries()


def test_a_rotation_takes_the_token_through_the_four_steps(aws, secrets, secret, rotator):
    answer = secrets.rotate_secret(SecretId=secret, RotationLambdaARN=rotator())
    (entry,) = attempts(aws, secret, 1)
    assert entry["error"] is None
    assert list(entry["seconds"]) == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    current = secrets.get_secret_value(SecretId=secret)
    assert current["VersionId"] == answer["VersionId"]
    assert current["SecretString"] == current["ARN"], "the function is given the ARN, not the name"


def test_rotate_secret_answers_before_the_rotation_is_done(aws, secrets, secret, rotator):
    token = secrets.rotate_secret(SecretId=secret, RotationLambdaARN=rotator())["VersionId"]
    labels = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
    assert labels[token] == ["AWSPENDING"]
    attempts(aws, secret, 1)


def test_a_rotation_stops_at_the_first_failing_step_and_is_tried_again(
    aws, secrets, secret, rotator
):
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=rotator("setSecret", times=1))
    first, second = attempts(aws, secret, 2)
    assert list(first["seconds"]) == ["createSecret", "setSecret"]
    assert "told to fail" in first["error"]
    assert second["error"] is None
    assert second["version"] == first["version"]
    assert secrets.get_secret_value(SecretId=secret)["VersionId"] == first["version"]


def test_nothing_is_promoted_by_a_rotation_that_fails_for_good(aws, secrets, secret, rotator):
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=rotator("testSecret", times=99))
    entries = attempts(aws, secret, 4)
    assert all("testSecret" in entry["error"] for entry in entries)
    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == "initial"


def test_a_rotation_that_is_not_finished_goes_on_instead_of_a_new_one(
    aws, secrets, secret, rotator
):
    first = secrets.rotate_secret(
        SecretId=secret, RotationLambdaARN=rotator("finishSecret", times=4)
    )
    attempts(aws, secret, 4)
    time.sleep(0.2)  # the last attempt has ended, its thread may not have
    with pytest.raises(ClientError, match="A previous rotation isn't complete"):
        secrets.rotate_secret(SecretId=secret)
    *_, last = attempts(aws, secret, 5)
    assert last["error"] is None
    assert last["version"] == first["VersionId"]


def test_a_rotation_that_was_given_up_keeps_no_new_one_from_beginning(
    aws, secrets, secret, rotator
):
    first = secrets.rotate_secret(SecretId=secret, RotationLambdaARN=rotator("setSecret", times=1))
    attempts(aws, secret, 1)
    secrets.update_secret_version_stage(
        SecretId=secret, VersionStage="AWSPENDING", RemoveFromVersionId=first["VersionId"]
    )
    second = secrets.rotate_secret(SecretId=secret)["VersionId"]
    *_, last = attempts(aws, secret, 3)
    assert (last["version"], last["error"]) == (second, None)
    assert secrets.get_secret_value(SecretId=secret)["VersionId"] == second


def test_a_configuration_that_does_not_rotate_at_once_is_only_tested(aws, secrets, secret, rotator):
    before = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=rotator(), RotateImmediately=False)
    (entry,) = attempts(aws, secret, 1)
    assert list(entry["seconds"]) == ["testSecret"]
    assert secrets.describe_secret(SecretId=secret)["VersionIdsToStages"] == before


def test_the_schedule_fires_when_the_clock_gets_there(aws, secrets, secret, rotator):
    secrets.rotate_secret(
        SecretId=secret,
        RotationLambdaARN=rotator(),
        RotationRules={"ScheduleExpression": "rate(30 days)"},
        RotateImmediately=False,
    )
    aws.server.run_clock_at(86_400 * 30)
    try:
        *_, entry = attempts(aws, secret, 2)
    finally:
        aws.server.run_clock_at(1)
        secrets.cancel_rotate_secret(SecretId=secret)
    assert (entry["invoked_by"], entry["error"]) == ("schedule", None)
    assert secrets.get_secret_value(SecretId=secret)["VersionId"] == entry["version"]


def schedule_of(arn, logical_id, **more):
    properties = {
        "SecretId": {"Ref": "Secret"},
        "RotationLambdaARN": arn,
        "RotationRules": {"ScheduleExpression": "rate(30 days)"},
        "RotateImmediatelyOnUpdate": False,
        **more,
    }
    return {logical_id: {"Type": "AWS::SecretsManager::RotationSchedule", "Properties": properties}}


def test_a_schedule_with_another_logical_id_ends_the_rotation(secrets, stack, rotator):
    arn = rotator()
    secret = {
        "Secret": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {"Name": stack.name, "SecretString": "initial"},
        }
    }
    assert stack.deploy({**secret, **schedule_of(arn, "One")}) == "CREATE_COMPLETE", stack.reasons()
    assert secrets.describe_secret(SecretId=stack.name)["RotationEnabled"] is True
    assert stack.deploy({**secret, **schedule_of(arn, "Two")}) == "UPDATE_COMPLETE"
    assert secrets.describe_secret(SecretId=stack.name)["RotationEnabled"] is False


def test_a_schedule_does_not_change_while_a_rotation_has_not_finished(secrets, stack, rotator):
    arn = rotator()
    secret = {
        "Secret": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {"Name": stack.name, "SecretString": "initial"},
        }
    }
    stack.deploy({**secret, **schedule_of(arn, "Schedule")})
    secrets.put_secret_value(SecretId=stack.name, SecretString="x", VersionStages=["AWSPENDING"])
    changed = schedule_of(arn, "Schedule", RotationRules={"ScheduleExpression": "rate(7 days)"})
    assert stack.deploy({**secret, **changed}) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("A previous rotation isn't complete" in reason for reason in stack.reasons())
