"""Trails: what CloudTrail refuses, and what it delivers to whom."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.configuration import ACCOUNT
from local.local_aws import REGION, LocalAws
from tests.local import trail_records
from tests.local.conftest import Stack
from tests.local.trail_records import wait_for

CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}

Statements = list[dict[str, Any]]


def arn(name: str) -> str:
    return f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{name}"


def allow(action: Any, resource: Any, principal: Any, **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, "Principal": principal}
    return {**statement, "Condition": condition}


def bucket_statements(name: str) -> Statements:
    bucket = f"arn:aws:s3:::{name}"
    source = {"aws:SourceArn": arn(name)}
    acl = {"s3:x-amz-acl": "bucket-owner-full-control"}
    objects = f"{bucket}/AWSLogs/{ACCOUNT}/*"
    return [
        allow("s3:GetBucketAcl", bucket, CLOUDTRAIL, StringEquals=source),
        allow("s3:PutObject", objects, CLOUDTRAIL, StringEquals={**source, **acl}),
    ]


def key_statements(name: str) -> Statements:
    use = ["kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"]
    via = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
    return [
        allow("kms:PutKeyPolicy", "*", ROOT),
        allow(use, "*", CLOUDTRAIL, StringEquals={"aws:SourceArn": arn(name)}),
        allow("kms:Decrypt", "*", ROOT, StringEquals=via),
    ]


def policy(statements: Statements) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def template(
    name: str, *, bucket: Statements | None = None, key: Statements | None = None, **trail: Any
) -> dict[str, Any]:
    """A trail with a bucket that locks for a day, and a key."""
    of_bucket = bucket_statements(name) if bucket is None else bucket
    encryption = {
        "BucketKeyEnabled": True,
        "ServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]},
        },
    }
    lock = {"Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}}
    made = {
        "Key": {
            "Type": "AWS::KMS::Key",
            "DeletionPolicy": "Retain",
            "Properties": {"KeyPolicy": policy(key_statements(name) if key is None else key)},
        },
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "Retain",
            "Properties": {
                "BucketName": name,
                "ObjectLockEnabled": True,
                "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", **lock},
                "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
            },
        },
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "DeletionPolicy": "Retain",
            "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": policy(of_bucket)},
        },
        "Trail": {
            "Type": "AWS::CloudTrail::Trail",
            "DependsOn": ["Policy"],
            "Properties": {
                "TrailName": name,
                "S3BucketName": {"Ref": "Bucket"},
                "KMSKeyId": {"Fn::GetAtt": ["Key", "Arn"]},
                "IsLogging": True,
                "IsMultiRegionTrail": True,
                "IncludeGlobalServiceEvents": True,
                **trail,
            },
        },
    }
    if not of_bucket:
        del made["Policy"], made["Trail"]["DependsOn"]
    return made


@pytest.fixture
def trail(stack: Stack, name: str) -> Iterator[Stack]:
    """A stack with a trail, whose bucket has its name too."""
    assert stack.deploy(template(name)) == "CREATE_COMPLETE", stack.reasons()
    yield stack
    if stack.exists():
        stack.delete()


def role(aws: LocalAws, name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    """A session of a new role with these rights."""
    iam, trust = aws.client("iam"), allow("sts:AssumeRole", "x", ROOT)
    del trust["Resource"]
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(policy([trust])))
    rights = [{**each, "Effect": "Allow"} for each in statements]
    if rights:
        document = json.dumps(policy(rights))
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
    taken = aws.client("sts").assume_role(RoleArn=made["Role"]["Arn"], RoleSessionName="session")
    return dict(taken["Credentials"])


def may(*actions: str) -> dict[str, Any]:
    return {"Action": list(actions), "Resource": "*"}


def keys(aws: LocalAws, bucket: str) -> list[str]:
    return trail_records.keys(aws.client("s3"), bucket)


def records(aws: LocalAws, bucket: str) -> list[dict[str, Any]]:
    return trail_records.records(aws.client("s3"), bucket)


def named(aws: LocalAws, bucket: str) -> set[str]:
    return {each["eventName"] for each in records(aws, bucket)}


def test_a_bucket_whose_policy_lets_nobody_write_is_refused(stack: Stack, name: str) -> None:
    assert stack.deploy(template(name, bucket=[])) == "ROLLBACK_COMPLETE"
    [reason] = [each for each in stack.reasons() if "S3 bucket policy" in each]
    assert f"Incorrect S3 bucket policy is detected for bucket: {name}" in reason


@pytest.mark.parametrize("left_out", [0, 1])
def test_both_permissions_on_the_bucket_are_needed(stack: Stack, name: str, left_out: int) -> None:
    statements = bucket_statements(name)
    del statements[left_out]
    assert stack.deploy(template(name, bucket=statements)) == "ROLLBACK_COMPLETE"
    assert any("Incorrect S3 bucket policy" in each for each in stack.reasons())


def test_a_bucket_that_is_for_another_trail_is_refused(stack: Stack, name: str) -> None:
    statements = json.loads(json.dumps(bucket_statements(name)).replace(arn(name), arn("other")))
    assert stack.deploy(template(name, bucket=statements)) == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize("action", ["kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"])
def test_a_key_that_cloudtrail_may_not_use_is_refused(stack: Stack, name: str, action: str) -> None:
    statements = key_statements(name)
    statements[1]["Action"].remove(action)
    assert stack.deploy(template(name, key=statements)) == "ROLLBACK_COMPLETE"
    assert any("Insufficient permissions to access" in each for each in stack.reasons())


@pytest.mark.parametrize(
    ("selector", "because"),
    [
        ({"eventCategory": "NetworkActivity"}, "has to have eventSource"),
        ({"eventCategory": "Everything"}, "eventCategory must equal one of"),
        ({"eventCategory": "Management", "eventName": "x"}, "cannot have eventName"),
    ],
)
def test_selectors_that_select_nothing_are_refused(
    stack: Stack, name: str, selector: dict[str, str], because: str
) -> None:
    fields = [{"Field": field, "Equals": [value]} for field, value in selector.items()]
    made = template(name, AdvancedEventSelectors=[{"FieldSelectors": fields}])
    assert stack.deploy(made) == "ROLLBACK_COMPLETE"
    assert any(because in each for each in stack.reasons())


def test_an_update_that_cloudtrail_would_refuse_is_rolled_back(trail: Stack, name: str) -> None:
    worse = key_statements(name)
    worse[1]["Action"] = "kms:DescribeKey"
    changed = template(name, key=worse, EnableLogFileValidation=True)
    changed["Trail"]["DependsOn"] = ["Policy", "Key"]
    assert trail.deploy(changed) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("Insufficient permissions" in each for each in trail.reasons())


def test_a_name_that_a_trail_of_all_regions_has_is_taken(trail: Stack, aws: LocalAws) -> None:
    cloudtrail = aws.client("cloudtrail")
    with pytest.raises(ClientError, match="already exists"):
        cloudtrail.create_trail(Name=trail.name, S3BucketName=trail.name)


def test_what_a_role_does_is_delivered_encrypted_and_locked(
    trail: Stack, aws: LocalAws, name: str
) -> None:
    secrets = aws.client("secretsmanager")
    secret = secrets.create_secret(Name=name, SecretString="hush")["ARN"]
    session = aws.client_of(role(aws, name, may("secretsmanager:GetSecretValue")), "secretsmanager")
    session.get_secret_value(SecretId=secret)
    with pytest.raises(ClientError, match="not authorized"):
        session.put_secret_value(SecretId=secret, SecretString="hush")
    assert keys(aws, name) == []  # five minutes have not passed
    wait_for(aws, name, lambda: {"GetSecretValue", "PutSecretValue"} <= named(aws, name))
    found = records(aws, name)
    denied = next(each for each in found if each["eventName"] == "PutSecretValue")
    assert denied["errorCode"] == "AccessDenied"
    assert "hush" not in json.dumps(found)

    s3, key = aws.client("s3"), keys(aws, name)[0]
    today = time.strftime("%Y/%m/%d", time.gmtime())
    assert key.startswith(f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{today}/{ACCOUNT}_CloudTrail_")
    head = s3.head_object(Bucket=name, Key=key)
    assert head["ServerSideEncryption"] == "aws:kms"
    assert head["ObjectLockMode"] == "COMPLIANCE"
    version = s3.list_object_versions(Bucket=name)["Versions"][0]["VersionId"]
    for attempt in (
        lambda: s3.delete_object(
            Bucket=name, Key=key, VersionId=version, BypassGovernanceRetention=True
        ),
        lambda: s3.put_object_retention(
            Bucket=name,
            Key=key,
            VersionId=version,
            Retention={"Mode": "GOVERNANCE", "RetainUntilDate": head["ObjectLockRetainUntilDate"]},
        ),
        lambda: s3.put_bucket_versioning(
            Bucket=name, VersioningConfiguration={"Status": "Suspended"}
        ),
    ):
        with pytest.raises(ClientError, match=r"Access Denied|cannot be changed"):
            attempt()
    status = aws.client("cloudtrail").get_trail_status(Name=name)
    assert status["LatestDeliveryTime"]
    assert "LatestDeliveryError" not in status


def test_a_reader_needs_bucket_and_key(trail: Stack, aws: LocalAws, name: str) -> None:
    aws.client_of(role(aws, name), "sts").get_caller_identity()
    wait_for(aws, name, lambda: bool(keys(aws, name)))
    [key, *_] = keys(aws, name)
    whole = may("s3:GetObject", "kms:Decrypt")
    aws.client_of(role(aws, f"{name}-a", whole), "s3").get_object(Bucket=name, Key=key)
    for number, half in enumerate((may("s3:GetObject"), may("kms:Decrypt"))):
        client = aws.client_of(role(aws, f"{name}-{number}", half), "s3")
        with pytest.raises(ClientError, match="AccessDenied"):
            client.get_object(Bucket=name, Key=key)


def test_what_a_bucket_refuses_is_delivered_when_it_takes_it(
    trail: Stack, aws: LocalAws, name: str
) -> None:
    s3, cloudtrail = aws.client("s3"), aws.client("cloudtrail")
    s3.delete_bucket_policy(Bucket=name)
    aws.client_of(role(aws, name), "sts").get_caller_identity()

    def failed() -> bool:
        return "LatestDeliveryError" in cloudtrail.get_trail_status(Name=name)

    wait_for(aws, name, failed)
    assert keys(aws, name) == []
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy(bucket_statements(name))))
    wait_for(aws, name, lambda: "GetCallerIdentity" in named(aws, name))
    assert not failed()


def test_a_key_that_is_disabled_stops_the_delivery(trail: Stack, aws: LocalAws, name: str) -> None:
    cloudtrail, kms = aws.client("cloudtrail"), aws.client("kms")
    key = cloudtrail.get_trail(Name=name)["Trail"]["KmsKeyId"].rpartition("/")[2]
    kms.disable_key(KeyId=key)
    aws.client_of(role(aws, name), "sts").get_caller_identity()
    wait_for(aws, name, lambda: "LatestDeliveryError" in cloudtrail.get_trail_status(Name=name))
    assert keys(aws, name) == []
    kms.enable_key(KeyId=key)


def test_the_end_of_a_trail_is_its_last_record(trail: Stack, aws: LocalAws, name: str) -> None:
    session = role(aws, name, may("cloudtrail:StopLogging"))
    aws.client_of(session, "cloudtrail").stop_logging(Name=name)
    aws.client_of(session, "sts").get_caller_identity()
    wait_for(aws, name, lambda: "StopLogging" in named(aws, name))
    assert "GetCallerIdentity" not in named(aws, name)


def test_only_what_a_trail_selects_is_delivered(stack: Stack, aws: LocalAws, name: str) -> None:
    reads = {"eventCategory": "Management", "readOnly": "true"}
    fields = [{"Field": field, "Equals": [value]} for field, value in reads.items()]
    made = template(name, AdvancedEventSelectors=[{"FieldSelectors": fields}])
    assert stack.deploy(made) == "CREATE_COMPLETE", stack.reasons()
    secret = aws.client("secretsmanager").create_secret(Name=name, SecretString="x")["ARN"]
    session = role(aws, name, may("secretsmanager:*"))
    client = aws.client_of(session, "secretsmanager")
    client.tag_resource(SecretId=secret, Tags=[{"Key": "a", "Value": "b"}])
    client.describe_secret(SecretId=secret)
    wait_for(aws, name, lambda: "DescribeSecret" in named(aws, name))
    assert "TagResource" not in named(aws, name)
    stack.delete()


def test_what_is_retained_outlives_its_stack(stack: Stack, aws: LocalAws, name: str) -> None:
    assert stack.deploy(template(name)) == "CREATE_COMPLETE", stack.reasons()
    aws.client_of(role(aws, name), "sts").get_caller_identity()
    wait_for(aws, name, lambda: bool(keys(aws, name)))
    assert stack.delete() == "DELETE_COMPLETE"
    trails = aws.client("cloudtrail").describe_trails()["trailList"]
    assert name not in {each["Name"] for each in trails}
    assert "GetCallerIdentity" in named(aws, name)
    assert aws.client("s3").get_bucket_policy(Bucket=name)["Policy"]


def test_a_bucket_with_records_is_not_deleted_with_its_stack(
    stack: Stack, aws: LocalAws, name: str
) -> None:
    made = template(name)
    del made["Bucket"]["DeletionPolicy"]
    assert stack.deploy(made) == "CREATE_COMPLETE", stack.reasons()
    aws.client_of(role(aws, name), "sts").get_caller_identity()
    wait_for(aws, name, lambda: bool(keys(aws, name)))
    assert stack.delete() == "DELETE_FAILED"
    assert any("is not empty" in each for each in stack.reasons())


def test_object_lock_is_not_switched_off(trail: Stack, name: str) -> None:
    changed = template(name)
    changed["Bucket"]["Properties"]["ObjectLockEnabled"] = False
    assert trail.deploy(changed) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("Object Lock cannot be disabled" in each for each in trail.reasons())
