"""Who is judged, and by whose policies."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from moto.sts.models import sts_backends

from .calling import raw, read, refusal
from .conftest import Aws, Credentials
from .documents import ACCOUNT, READ, REGION, allow, deny, document, when


def test_expired_credentials_are_refused(aws: Aws, secret: str) -> None:
    role = aws.session(allow("*"))
    session = sts_backends[ACCOUNT]["aws"].get_assumed_role_from_access_key(role.aws_access_key_id)
    assert session is not None
    session.expiration -= timedelta(hours=2)
    code, _ = refusal(aws.client("secretsmanager", role).get_secret_value, SecretId=secret)
    assert code == "ExpiredTokenException"
    code, _ = refusal(aws.client("sts", role).get_caller_identity)
    assert code == "ExpiredToken"


@pytest.mark.parametrize(
    ("service", "call", "arguments", "expected"),
    [
        ("secretsmanager", "list_secrets", {}, "UnrecognizedClientException"),
        ("sts", "get_caller_identity", {}, "InvalidClientTokenId"),
        ("ec2", "describe_security_groups", {}, "AuthFailure"),
        ("s3", "get_object", {"Bucket": "some", "Key": "thing"}, "InvalidAccessKeyId"),
        ("lambda", "list_functions", {}, "UnrecognizedClientException"),
    ],
)
def test_credentials_that_were_never_issued_are_refused(
    aws: Aws, service: str, call: str, arguments: dict[str, str], expected: str
) -> None:
    stranger = Credentials("ASIA" + "X" * 16, "secret", "token")
    code, _ = refusal(getattr(aws.client(service, stranger), call), **arguments)
    assert code == expected


def test_credentials_of_a_deleted_role_are_refused(aws: Aws) -> None:
    role = aws.session()
    name = aws.client("sts", role).get_caller_identity()["Arn"].split("/")[1]
    aws.client("iam").delete_role(RoleName=name)
    code, _ = refusal(aws.client("sts", role).get_caller_identity)
    assert code == "InvalidClientTokenId"


def test_a_users_access_keys_are_judged_by_the_users_and_the_groups_policies(
    aws: Aws, secret: str
) -> None:
    iam, name = aws.client("iam"), uuid.uuid4().hex
    iam.create_user(UserName=name)
    iam.create_group(GroupName=name)
    iam.put_group_policy(
        GroupName=name, PolicyName="p", PolicyDocument=json.dumps(document(allow(READ, secret)))
    )
    key = iam.create_access_key(UserName=name)["AccessKey"]
    user = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    _, message = refusal(aws.client("secretsmanager", user).get_secret_value, SecretId=secret)
    assert message.startswith(f"User: arn:aws:iam::{ACCOUNT}:user/{name} is not authorized")
    iam.add_user_to_group(GroupName=name, UserName=name)
    assert read(aws, user, secret) == "one"
    iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    code, _ = refusal(aws.client("sts", user).get_caller_identity)
    assert code == "InvalidClientTokenId"
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    code, _ = refusal(aws.client("sts", user).get_caller_identity)
    assert code == "InvalidClientTokenId"


def test_a_role_is_assumed_only_if_it_trusts_the_caller(aws: Aws) -> None:
    name = uuid.uuid4().hex
    iam = aws.client("iam")
    trust = document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": ACCOUNT},
            "Action": "sts:AssumeRole",
            **when("StringEquals", "sts:ExternalId", "ours"),
        }
    )
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    caller = aws.client("sts", aws.session(allow("sts:AssumeRole", role)))
    code, message = refusal(caller.assume_role, RoleArn=role, RoleSessionName="me")
    assert code == "AccessDenied"
    assert message.endswith("because no role trust policy allows the sts:AssumeRole action")
    assert caller.assume_role(RoleArn=role, RoleSessionName="me", ExternalId="ours")


@pytest.mark.parametrize(
    ("name", "judged"),
    [
        (f"cdk-hnb659fds-deploy-role-{ACCOUNT}-{REGION}", False),
        (f"cdk-hnb659fds-file-publishing-role-{ACCOUNT}-{REGION}", False),
        ("cdk-rotation-role", True),
        (f"cdk-hnb659fds-deploy-role-{ACCOUNT}-{REGION}.Other", True),
    ],
)
def test_only_the_roles_of_the_cdks_bootstrap_deploy_unjudged(
    aws: Aws, name: str, *, judged: bool
) -> None:
    aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    try:
        role = aws.assume(f"arn:aws:iam::{ACCOUNT}:role/{name}")
        call = aws.client("secretsmanager", role).list_secrets
        if judged:
            refusal(call)
        else:
            call()
    finally:
        aws.client("iam").delete_role(RoleName=name)


def test_a_policy_ends_the_sessions_of_before_some_time_and_no_others(
    aws: Aws, secret: str
) -> None:
    role = aws.session(allow(READ, secret))
    name = aws.client("sts", role).get_caller_identity()["Arn"].split("/")[1]
    for minutes, ended in ((-1, False), (1, True)):
        time = (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
        older = document(deny("*", **when("DateLessThan", "aws:TokenIssueTime", time)))
        aws.client("iam").put_role_policy(
            RoleName=name, PolicyName="older", PolicyDocument=json.dumps(older)
        )
        if ended:
            _, message = refusal(
                aws.client("secretsmanager", role).get_secret_value, SecretId=secret
            )
            assert "explicit deny" in message
        else:
            assert read(aws, role, secret) == "one"


def test_the_accounts_own_credentials_are_not_judged(aws: Aws, secret: str) -> None:
    assert aws.client("secretsmanager").get_secret_value(SecretId=secret)
    assert aws.decisions() == []


def test_a_presigned_url_is_judged(aws: Aws) -> None:
    bucket = uuid.uuid4().hex
    location = {"LocationConstraint": REGION}
    aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
    aws.client("s3").put_object(Bucket=bucket, Key="a/b", Body=b"content")
    parameters = {"Bucket": bucket, "Key": "a/b"}
    arn = f"arn:aws:s3:::{bucket}/a/b"
    may, may_not = aws.session(allow("s3:GetObject", arn)), aws.session()
    for version in ("s3", "s3v4"):
        statuses = []
        for role in (may, may_not):
            client = aws.client("s3", role, signature_version=version)
            url = client.generate_presigned_url("get_object", parameters)
            statuses.append(raw(aws, url.removeprefix(aws.url), {}, None, method="GET")[0])
        assert statuses == [200, 403], version
    assert [each["resource"] for each in aws.decisions()] == [arn] * 4
