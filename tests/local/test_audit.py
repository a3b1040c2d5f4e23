"""A rotation's records, read by an auditor, and altered by nobody.

It comes before `test_end_to_end`, which deploys the app again, without a trail.
"""

import json

import pytest
from botocore.exceptions import ClientError

from local.aws.configuration import ACCOUNT
from local.demo.profile import Profile
from local.demo.rotation_follower import RotationFollower
from tests.local.trail_records import keys, records, wait_for

pytestmark = pytest.mark.xdist_group("end-to-end")

SECRET = "orders/production/main/app"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        }
    ],
}
EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
OURS = f"AWSLogs/{ACCOUNT}/"


@pytest.fixture(scope="module")
def aws(deployed_aws, deployed_cdk):
    return deployed_aws


@pytest.fixture(scope="module")
def outputs(aws, deployed_cdk):
    return aws.outputs(*deployed_cdk.stack_names())


@pytest.fixture(scope="module")
def bucket(outputs):
    return outputs["TrailBucketName"]


@pytest.fixture(scope="module")
def auditor(aws, outputs, deployed_people):
    anna = deployed_people["auditors"]
    return anna.assume(Profile.read(outputs["AuditorProfile"]), **anna.mfa())["Credentials"]


@pytest.fixture(scope="module")
def reader(aws, auditor):
    return aws.client_of(auditor, "s3")


@pytest.fixture(scope="module")
def rotated(aws, reader, bucket):
    """The records after a rotation."""
    RotationFollower(aws, SECRET).rotate()

    def whole():
        # The admin's secret may have rotated as well by then.
        of_it = [each for each in records(reader, bucket, OURS) if SECRET in json.dumps(each)]
        found = {each["eventName"] for each in of_it}
        return {"RotationSucceeded", "UpdateSecretVersionStage"} <= found

    wait_for(aws, "the record of a rotation", whole)
    return records(reader, bucket, OURS)


@pytest.fixture(scope="module")
def administrator(aws):
    """A role with all rights, as the account's administrators have."""
    iam = aws.client("iam")
    role = iam.create_role(RoleName="everything", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(
        RoleName="everything", PolicyName="all", PolicyDocument=json.dumps(EVERYTHING)
    )
    sts = aws.client("sts")
    return sts.assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="me")["Credentials"]


def test_an_auditor_finds_who_rotated_what_and_through_which_endpoint(aws, rotated):
    arn = aws.client("secretsmanager").describe_secret(SecretId=SECRET)["ARN"]
    [moved] = [
        each
        for each in rotated
        if each["eventName"] == "UpdateSecretVersionStage"
        and each["requestParameters"]["secretId"] in {arn, SECRET}
    ][-1:]
    issuer = moved["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"]
    assert ":role/orders/production/" in issuer
    assert moved["vpcEndpointId"].startswith("vpce-")
    done = [each for each in rotated if each["eventName"] == "RotationSucceeded"]
    assert arn in {each["additionalEventData"]["SecretId"] for each in done}


def test_no_password_is_in_the_records(aws, rotated):
    client = aws.client("secretsmanager")
    values = [
        json.loads(client.get_secret_value(SecretId=SECRET, VersionStage=stage)["SecretString"])
        for stage in ("AWSCURRENT", "AWSPREVIOUS")
    ]
    assert not any(each["password"] in json.dumps(rotated) for each in values)


def test_that_auditors_read_is_recorded_too(aws, reader, bucket, rotated):
    reader.list_objects_v2(Bucket=bucket, Prefix=OURS)
    with pytest.raises(ClientError, match="AccessDenied"):  # the records of this account alone
        reader.list_objects_v2(Bucket=bucket)
    wait_for(aws, "the record of a read", lambda: _read_is_recorded(reader, bucket))


def _read_is_recorded(reader, bucket):
    found = records(reader, bucket, OURS)
    return any(
        (each["eventName"], each["eventCategory"]) == ("GetObject", "Data") for each in found
    )


def test_other_roles_read_nothing_whatever_their_rights(
    aws, rotated, reader, bucket, administrator, outputs, deployed_people
):
    [key, *_] = keys(reader, bucket, OURS)
    otto = deployed_people["operators"]
    operator = otto.assume(Profile.read(outputs["RotationOperatorProfile"]), **otto.mfa())
    for session in (administrator, operator["Credentials"]):
        with pytest.raises(ClientError, match="AccessDenied"):
            aws.client_of(session, "s3").get_object(Bucket=bucket, Key=key)


def test_nobody_deletes_alters_or_forges_a_record(aws, rotated, reader, bucket, administrator):
    s3 = aws.client_of(administrator, "s3")
    [version, *_] = reader.list_object_versions(Bucket=bucket, Prefix=OURS)["Versions"]
    which = {"Bucket": bucket, "Key": version["Key"]}
    locked = {**which, "VersionId": version["VersionId"]}
    suspended = {"Status": "Suspended"}
    for attempt in (
        lambda: s3.delete_object(**which),
        lambda: s3.delete_object(**locked, BypassGovernanceRetention=True),
        lambda: s3.put_object(**which, Body=b"forged"),
        lambda: s3.delete_bucket(Bucket=bucket),
        lambda: s3.delete_bucket_policy(Bucket=bucket),
        lambda: s3.put_bucket_policy(Bucket=bucket, Policy="{}"),
        lambda: s3.delete_bucket_lifecycle(Bucket=bucket),
        lambda: s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=suspended),
        lambda: s3.put_object_lock_configuration(Bucket=bucket),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            attempt()


def test_what_no_policy_is_asked_for_the_lock_refuses(aws, rotated, reader, bucket):
    """The account's own credentials are not judged here, and stand for the root user."""
    root = aws.client("s3")
    [version, *_] = reader.list_object_versions(Bucket=bucket, Prefix=OURS)["Versions"]
    with pytest.raises(ClientError, match="Access Denied"):
        root.delete_object(
            Bucket=bucket,
            Key=version["Key"],
            VersionId=version["VersionId"],
            BypassGovernanceRetention=True,
        )


def test_the_key_is_not_deleted_and_not_used_past_s3(aws, rotated, administrator, auditor, outputs):
    [trail] = aws.client("cloudtrail").describe_trails()["trailList"]
    kms = aws.client_of(administrator, "kms")
    for attempt in (
        lambda: kms.schedule_key_deletion(KeyId=trail["KmsKeyId"]),
        lambda: kms.disable_key(KeyId=trail["KmsKeyId"]),
        lambda: kms.put_key_policy(KeyId=trail["KmsKeyId"], Policy="{}"),
        lambda: aws.client_of(auditor, "kms").generate_data_key(
            KeyId=trail["KmsKeyId"], KeySpec="AES_256"
        ),
    ):
        with pytest.raises(ClientError, match="not authorized"):
            attempt()
