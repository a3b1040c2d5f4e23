"""The app with an access key, deployed by the real CDK CLI; policies are enforced."""

import json
import threading

import pytest
from botocore.exceptions import ClientError

from local.demo.rotation_follower import RotationFollower
from local.patience import wait_until
from tests.local.bootstrapped import bootstrapped_aws

pytestmark = pytest.mark.xdist_group("end-to-end")

DAY = 24 * 3600


@pytest.fixture(scope="module")
def aws():
    with bootstrapped_aws() as running:
        yield running


@pytest.fixture(scope="module")
def settings(aws):
    """A team's policy says what the user may do, and settings name it."""
    statement = {"Effect": "Allow", "Action": "secretsmanager:ListSecrets", "Resource": "*"}
    policy = aws.client("iam").create_policy(
        PolicyName="upload",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )["Policy"]["Arn"]
    return ("-c", "access_key.enabled=true", "-c", f"access_key.policy={policy}")


@pytest.fixture(scope="module")
def cdk(aws, settings):
    cdk = aws.cdk()
    cdk.deploy(*settings)
    return cdk


@pytest.fixture(scope="module")
def outputs(aws, cdk):
    return aws.outputs(*cdk.stack_names())


@pytest.fixture
def iam(aws):
    return aws.client("iam")


@pytest.fixture
def user(outputs):
    return outputs["AccessKeyUserName"]


@pytest.fixture
def watch(aws, outputs):
    return RotationFollower(aws, outputs["AccessKeySecretName"])


def value(aws, outputs, label="AWSCURRENT"):
    answer = aws.client("secretsmanager").get_secret_value(
        SecretId=outputs["AccessKeySecretName"], VersionStage=label
    )
    return json.loads(answer["SecretString"])


def client(aws, key, service):
    return aws.client_of(key, service)


def statuses(iam, user):
    found = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
    return {each["AccessKeyId"]: each["Status"] for each in found}


def test_the_first_deployment_leaves_a_key_that_does_what_the_policy_says(aws, outputs, iam, user):
    key = value(aws, outputs)
    assert statuses(iam, user) == {key["AccessKeyId"]: "Active"}
    arn = client(aws, key, "sts").get_caller_identity()["Arn"]
    assert arn.endswith(f":user/orders/production/{user}")
    assert client(aws, key, "secretsmanager").list_secrets()["SecretList"]
    with pytest.raises(ClientError, match="CreateAccessKey"):
        client(aws, key, "iam").create_access_key(UserName=user)


def test_a_second_deployment_changes_no_key(aws, cdk, settings, outputs, iam, user):
    before = value(aws, outputs), statuses(iam, user)
    cdk.deploy(*settings, "-c", "access_key.rest_days=8")
    assert (value(aws, outputs), statuses(iam, user)) == before


def test_a_consumer_keeps_calling_while_the_key_rotates(aws, outputs, watch):
    """With the key that it read before the rotation, and with the one that it reads each time."""
    before, stop, failures, calls = value(aws, outputs), threading.Event(), [], []

    def call(read):
        while not stop.is_set():
            try:
                client(aws, read(), "secretsmanager").list_secrets()
                calls.append(1)
            except ClientError as error:
                failures.append(error)

    readers = (lambda: before, lambda: value(aws, outputs))
    threads = [threading.Thread(target=call, args=(read,)) for read in readers]
    for thread in threads:
        thread.start()
    try:
        watch.rotate()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures
    assert len(calls) > 4
    assert value(aws, outputs) != before
    assert value(aws, outputs, "AWSPREVIOUS") == before


def test_the_reaper_deactivates_the_key_before_and_deletes_it_later(aws, outputs, iam, user, watch):
    current, before = (value(aws, outputs, label) for label in ("AWSCURRENT", "AWSPREVIOUS"))
    assert set(statuses(iam, user).values()) == {"Active"}
    aws.server.run_clock_at(DAY)
    try:
        wait_until(lambda: statuses(iam, user).get(before["AccessKeyId"]) == "Inactive")
        aws.server.run_clock_at(1)
        with pytest.raises(ClientError, match=r"InvalidClientTokenId|UnrecognizedClient"):
            client(aws, before, "secretsmanager").list_secrets()
        aws.server.run_clock_at(DAY)
        wait_until(lambda: before["AccessKeyId"] not in statuses(iam, user))
    finally:
        aws.server.run_clock_at(1)
    assert statuses(iam, user)[current["AccessKeyId"]] == "Active"
    assert client(aws, current, "secretsmanager").list_secrets()


def test_no_key_is_in_any_log(aws, outputs):
    known = {value(aws, outputs)["SecretAccessKey"]}
    for log in aws.logs.rglob("*"):
        if log.is_file():
            text = log.read_text(errors="replace")
            assert not [key for key in known if key in text], log
