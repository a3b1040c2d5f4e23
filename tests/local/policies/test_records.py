"""Judged calls as CloudTrail records them."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError

from .calling import read, refusal
from .conftest import Aws
from .documents import ACCOUNT, ANYONE, READ, REGION, allow, deny, document
from .test_network import Network


@pytest.fixture
def network(aws: Aws) -> Network:
    return Network(aws)


def test_an_allowed_call_is_recorded_with_who_what_and_where(aws: Aws, secret: str) -> None:
    role = aws.session(allow(READ, secret))
    read(aws, role, secret)
    [record] = aws.records()
    assert record["eventSource"] == "secretsmanager.amazonaws.com"
    assert (record["eventName"], record["awsRegion"]) == ("GetSecretValue", REGION)
    assert record["requestParameters"] == {"secretId": secret}
    assert record["eventCategory"] == "Management"
    assert record["readOnly"] is record["managementEvent"] is True
    assert "errorCode" not in record
    who = record["userIdentity"]
    assert (who["type"], who["accessKeyId"]) == ("AssumedRole", role.aws_access_key_id)
    issuer = who["sessionContext"]["sessionIssuer"]
    assert issuer["arn"] == f"arn:aws:iam::{ACCOUNT}:role/{issuer['userName']}"
    assert record["recipientAccountId"] == ACCOUNT


def test_a_refused_call_is_recorded_with_the_reason(aws: Aws, secret: str) -> None:
    _, message = refusal(
        aws.client("secretsmanager", aws.session()).get_secret_value, SecretId=secret
    )
    [record] = aws.records()
    assert (record["errorCode"], record["errorMessage"]) == ("AccessDenied", message)


def test_a_call_that_the_service_refuses_is_no_success(aws: Aws) -> None:
    client = aws.client("secretsmanager", aws.session(allow(READ)))
    refusal(client.get_secret_value, SecretId="nothing")
    [record] = aws.records()
    assert record["errorCode"] == "ResourceNotFoundException"
    assert record["errorMessage"]


def test_no_value_of_a_secret_is_recorded(aws: Aws, secret: str) -> None:
    client = aws.client("secretsmanager", aws.session(allow("secretsmanager:*")))
    client.put_secret_value(SecretId=secret, SecretString="hush")
    client.put_secret_value(SecretId=secret, SecretBinary=b"hush")
    client.get_secret_value(SecretId=secret)
    records = aws.records()
    assert len(records) == 3
    assert "hush" not in json.dumps(records)


def test_what_a_service_does_with_a_key_is_recorded_in_the_caller_s_name(
    aws: Aws, own_key_secret: str, key: str
) -> None:
    read(aws, aws.session(allow(READ), allow("kms:Decrypt")), own_key_secret)
    reading, decrypting = aws.records()
    assert decrypting["eventSource"] == "kms.amazonaws.com"
    assert decrypting["userIdentity"]["arn"] == reading["userIdentity"]["arn"]
    assert decrypting["userIdentity"]["invokedBy"] == f"secretsmanager.{REGION}.amazonaws.com"
    context = decrypting["requestParameters"]["encryptionContext"]
    assert context["SecretARN"] == own_key_secret
    assert [each["ARN"] for each in decrypting["resources"]] == [key]


def test_what_an_endpoint_refuses_is_network_activity_and_no_management_event(
    network: Network, aws: Aws, secret: str
) -> None:
    policy = document(allow("*", **ANYONE), deny(READ, **ANYONE))
    endpoint = network.open_endpoint(PolicyDocument=json.dumps(policy))
    code = network.code(allow(READ))
    refusal(aws.client("secretsmanager", code).get_secret_value, SecretId=secret)
    [record] = aws.records()
    assert (record["eventCategory"], record["eventType"]) == ("NetworkActivity", "AwsVpceEvent")
    assert record["errorCode"] == "VpceAccessDenied"
    assert record["errorMessage"] == "The request was denied due to a VPC endpoint policy"
    assert record["vpcEndpointId"] == endpoint
    assert "requestParameters" not in record


def test_what_comes_through_an_endpoint_and_is_refused_behind_it_is_a_management_event(
    network: Network, aws: Aws, secret: str
) -> None:
    endpoint = network.open_endpoint()
    refusal(aws.client("secretsmanager", network.code()).get_secret_value, SecretId=secret)
    management, network_activity = aws.records()
    assert management["eventCategory"] == "Management"
    assert management["errorCode"] == "AccessDenied"
    assert management["vpcEndpointId"] == endpoint
    assert network_activity["errorCode"] != "VpceAccessDenied"


def test_what_gets_nowhere_is_not_recorded(network: Network, aws: Aws, secret: str) -> None:
    refusal(aws.client("secretsmanager", network.code(allow(READ))).get_secret_value, SecretId="x")
    assert aws.records() == []


def test_objects_are_data_and_buckets_are_management(aws: Aws) -> None:
    own, bucket = aws.client("s3"), f"b{uuid.uuid4().hex[:12]}"
    own.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    own.put_object(Bucket=bucket, Key="k", Body=b"hush")
    client = aws.client("s3", aws.session(allow("s3:*")))
    client.put_object(Bucket=bucket, Key="k", Body=b"hush")
    client.get_object(Bucket=bucket, Key="k")
    client.list_objects_v2(Bucket=bucket)
    client.get_bucket_versioning(Bucket=bucket)
    records = aws.records()
    assert [(each["eventName"], each["eventCategory"]) for each in records] == [
        *(("PutObject", "Data"), ("GetObject", "Data"), ("ListObjects", "Data")),
        ("GetBucketVersioning", "Management"),
    ]
    assert records[0]["resources"][0]["ARN"] == f"arn:aws:s3:::{bucket}/k"
    assert records[0]["requestParameters"]["bucketName"] == bucket
    assert "hush" not in json.dumps(records)


def test_a_role_that_is_taken_on_is_recorded_without_the_code(aws: Aws) -> None:
    client = aws.client("sts", aws.session(allow("sts:AssumeRole")))
    with pytest.raises(ClientError):
        client.assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/nobody",
            RoleSessionName="me",
            SerialNumber="arn:aws:iam::123456789012:mfa/x",
            TokenCode="123456",
        )
    [record] = aws.records()
    assert record["eventName"] == "AssumeRole"
    assert "123456" not in json.dumps(record["requestParameters"]).replace(ACCOUNT, "")
