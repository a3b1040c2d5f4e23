"""What each operation in the tables needs permission for."""

import contextlib
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from local.policies.services import accesses_of

from .calls import CALLS, FUNCTION, Call, operation
from .conftest import Aws
from .documents import ACCOUNT, REGION, allow, when


def named(calls: list[Call]) -> dict[str, Any]:
    """Arguments for `parametrize`."""
    return {"argvalues": calls, "ids": [f"{call.service}-{call.method}" for call in calls]}


@pytest.mark.parametrize("call", **named(CALLS))
def test_a_call_needs_its_permission(aws: Aws, call: Call) -> None:
    client = aws.client(call.service, aws.session())
    with pytest.raises(ClientError) as refused:
        getattr(client, call.method)(**call.parameters)
    (entry,) = aws.decisions()
    assert (entry["action"], entry["resource"]) == (call.action, call.resource)
    assert entry["verdict"] == "denied implicitly", entry
    codes = {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "AuthorizationError"}
    # A HEAD request has no body that could hold a code.
    assert refused.value.response["Error"]["Code"] in codes | {"403"}


# Keys and roles that do not exist have no policy, without which nothing is allowed.
@pytest.mark.parametrize(
    "call", **named([call for call in CALLS if call.service not in {"kms", "sts"}])
)
def test_a_call_with_that_permission_is_let_through(aws: Aws, call: Call) -> None:
    client = aws.client(call.service, aws.session(allow(call.action, call.resource)))
    # What the service then says about things that do not exist is of no interest.
    with contextlib.suppress(ClientError, BotoCoreError):
        getattr(client, call.method)(**call.parameters)
    entry = aws.decisions()[0]
    assert entry["verdict"] == "allowed", entry


def test_a_role_that_does_not_exist_trusts_nobody(aws: Aws) -> None:
    client = aws.client("sts", aws.session(allow("sts:AssumeRole")))
    with pytest.raises(ClientError, match="because no role trust policy allows"):
        client.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/nobody", RoleSessionName="me")


def test_who_one_is_needs_nothing(aws: Aws) -> None:
    aws.client("sts", aws.session()).get_caller_identity()
    assert aws.decisions() == []


def test_every_operation_of_the_tables_is_tried_here() -> None:
    tables: Any = accesses_of.__globals__["_TABLES"]
    known = {f"{service}:{operation}" for service in tables for operation in tables[service]}
    tried = {f"{call.service}:{operation(call.method)}" for call in CALLS}
    need_nothing = {"sts:GetCallerIdentity", "sts:GetSessionToken"}
    assert known == tried | need_nothing | {"iam:GetAccessKeyLastUsed"}


def test_a_keys_last_use_is_asked_of_its_user(aws: Aws) -> None:
    name = uuid.uuid4().hex
    iam = aws.client("iam")
    iam.create_user(UserName=name, Tags=[{"Key": "team", "Value": "orders"}])
    key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    ours = when("StringEquals", "iam:ResourceTag/team", "orders")
    role = aws.session(
        allow("iam:GetAccessKeyLastUsed", f"arn:aws:iam::{ACCOUNT}:user/{name}", **ours)
    )
    aws.client("iam", role).get_access_key_last_used(AccessKeyId=key)


def test_a_ciphertext_tells_its_key(aws: Aws) -> None:
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    context = {"SecretARN": "one"}
    sealed = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
    for value, allowed in {"one": True, "two": False}.items():
        bound = when("StringEquals", "kms:EncryptionContext:SecretARN", value)
        role = aws.session(allow("kms:Decrypt", key, **bound))
        opened: Callable[..., Any] = aws.client("kms", role).decrypt
        if allowed:
            opened(CiphertextBlob=sealed, EncryptionContext=context)
        else:
            with pytest.raises(ClientError, match="not authorized to perform: kms:Decrypt"):
                opened(CiphertextBlob=sealed, EncryptionContext=context)


def test_an_alias_is_judged_as_its_key(aws: Aws) -> None:
    kms, alias = aws.client("kms"), f"alias/{uuid.uuid4().hex}"
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    asked = when("StringEquals", "kms:RequestAlias", alias)
    role = aws.session(allow("kms:Encrypt", key["Arn"], **asked))
    aws.client("kms", role).encrypt(KeyId=alias, Plaintext=b"x")
    with pytest.raises(ClientError, match="not authorized"):
        aws.client("kms", role).encrypt(KeyId=key["Arn"], Plaintext=b"x")


def test_a_rotation_needs_the_right_to_invoke_the_function(aws: Aws) -> None:
    secret = aws.client("secretsmanager").create_secret(Name=uuid.uuid4().hex, SecretString="x")
    rotate = allow("secretsmanager:RotateSecret", secret["ARN"])
    client = aws.client("secretsmanager", aws.session(rotate))
    with pytest.raises(ClientError, match="not authorized to perform: lambda:InvokeFunction"):
        client.rotate_secret(SecretId=secret["ARN"], RotationLambdaARN=FUNCTION)


def test_an_interface_needs_the_right_to_its_subnet_and_groups_too(aws: Aws) -> None:
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
    parts = {"network-interface/*", "subnet/subnet-1", "security-group/sg-1"}
    for missing in parts:
        given = [f"{arn}:{part}" for part in parts - {missing}]
        client = aws.client("ec2", aws.session(allow("ec2:CreateNetworkInterface", given)))
        with pytest.raises(ClientError, match="UnauthorizedOperation"):
            client.create_network_interface(SubnetId="subnet-1", Groups=["sg-1"])
        assert aws.decisions()[-1]["resource"] == f"{arn}:{missing}"


def test_a_bucket_and_a_topic_have_policies_too(aws: Aws) -> None:
    bucket = uuid.uuid4().hex
    location = {"LocationConstraint": REGION}
    aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
    statement = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": ACCOUNT})
    deny_all = {**statement, "Effect": "Deny"}
    policy = {"Version": "2012-10-17", "Statement": [deny_all]}
    aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.client("s3", aws.session(allow("s3:*"))).get_object(Bucket=bucket, Key="k")
    assert aws.decisions()[-1]["layer"] == "resource-based policy"


def test_the_namespace_of_a_metric_counts(aws: Aws) -> None:
    ours = when("StringEquals", "cloudwatch:namespace", "Ours")
    client = aws.client("cloudwatch", aws.session(allow("cloudwatch:PutMetricData", **ours)))
    data = [{"MetricName": "m", "Value": 1}]
    client.put_metric_data(Namespace="Ours", MetricData=data)
    with pytest.raises(ClientError, match="not authorized"):
        client.put_metric_data(Namespace="Theirs", MetricData=data)


def test_changing_the_rules_of_a_rotation_can_be_kept_from_whoever_rotates(aws: Aws) -> None:
    secret = aws.client("secretsmanager").create_secret(Name=uuid.uuid4().hex, SecretString="x")
    unchanged = when("Bool", "secretsmanager:ModifyRotationRules", "false")
    rotate = allow("secretsmanager:RotateSecret", secret["ARN"], **unchanged)
    client = aws.client("secretsmanager", aws.session(rotate))
    with contextlib.suppress(ClientError):  # it has no function
        client.rotate_secret(SecretId=secret["ARN"])
    assert aws.decisions()[-1]["verdict"] == "allowed"
    with pytest.raises(ClientError, match="not authorized"):
        client.rotate_secret(SecretId=secret["ARN"], RotationRules={"AutomaticallyAfterDays": 999})
