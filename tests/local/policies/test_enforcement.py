"""Calls over HTTP with the credentials of real sessions."""

import json
import urllib.error
import urllib.request
import uuid
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.sts.models import sts_backends

from local.policies import Evaluator, EvaluatorError

from .conftest import Aws, Credentials
from .documents import ACCOUNT, READ, REGION, STAGE, allow, deny, document, when

SERVICE = f"secretsmanager.{REGION}.amazonaws.com"


@pytest.fixture
def secret(aws: Aws) -> str:
    """A secret under AWS's own key."""
    made = aws.client("secretsmanager").create_secret(Name=uuid.uuid4().hex, SecretString="one")
    return str(made["ARN"])


@pytest.fixture
def key(aws: Aws) -> str:
    return str(aws.client("kms").create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def own_key_secret(aws: Aws, key: str) -> str:
    """A secret under a customer's key."""
    made = aws.client("secretsmanager").create_secret(
        Name=uuid.uuid4().hex, SecretString="one", KmsKeyId=key
    )
    return str(made["ARN"])


def read(aws: Aws, who: Credentials, secret: str, **arguments: str) -> str:
    client = aws.client("secretsmanager", who)
    return str(client.get_secret_value(SecretId=secret, **arguments)["SecretString"])


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    """The error's code and message."""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error: Any = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_role_reads_what_its_policy_allows(aws: Aws, secret: str) -> None:
    assert read(aws, aws.session(allow(READ, secret)), secret) == "one"


def test_a_refused_call_says_who_what_and_why(aws: Aws, secret: str) -> None:
    role = aws.session(allow("secretsmanager:DescribeSecret", secret))
    code, message = refusal(aws.client("secretsmanager", role).get_secret_value, SecretId=secret)
    assert code == "AccessDeniedException"
    assert message.startswith(f"User: arn:aws:sts::{ACCOUNT}:assumed-role/r")
    assert message.endswith(
        f"/session is not authorized to perform: {READ} on resource: {secret} "
        f"because no identity-based policy allows the {READ} action"
    )


def test_a_refused_call_does_not_reach_the_service(aws: Aws, secret: str) -> None:
    client = aws.client("secretsmanager", aws.session())
    refusal(client.put_secret_value, SecretId=secret, SecretString="two")
    own = aws.client("secretsmanager").get_secret_value(SecretId=secret)
    assert own["SecretString"] == "one"


def test_every_decision_is_written_down(aws: Aws, secret: str) -> None:
    role = aws.session(allow(READ, secret))
    read(aws, role, secret)
    refusal(aws.client("secretsmanager", role).describe_secret, SecretId=secret)
    allowed, denied = aws.decisions()
    assert (allowed["action"], allowed["resource"], allowed["verdict"]) == (READ, secret, "allowed")
    assert denied["action"] == "secretsmanager:DescribeSecret"
    assert (denied["verdict"], denied["layer"]) == ("denied implicitly", "identity-based policy")
    assert denied["message"].startswith(f"User: {denied['principal']} is not authorized")
    assert json.dumps([allowed, denied])


def test_managed_policies_count(aws: Aws, secret: str) -> None:
    iam = aws.client("iam")
    managed = iam.create_policy(
        PolicyName=uuid.uuid4().hex, PolicyDocument=json.dumps(document(allow(READ, secret)))
    )["Policy"]["Arn"]
    role = aws.session()
    name = aws.client("sts", role).get_caller_identity()["Arn"].split("/")[1]
    iam.attach_role_policy(RoleName=name, PolicyArn=managed)
    assert read(aws, role, secret) == "one"
    version = json.dumps(document(allow("s3:*")))
    iam.create_policy_version(PolicyArn=managed, PolicyDocument=version, SetAsDefault=True)
    refusal(aws.client("secretsmanager", role).get_secret_value, SecretId=secret)


def test_the_boundary_counts(aws: Aws, secret: str) -> None:
    boundary = aws.client("iam").create_policy(
        PolicyName=uuid.uuid4().hex, PolicyDocument=json.dumps(document(allow("kms:*")))
    )["Policy"]["Arn"]
    role = aws.session(allow(READ, secret), PermissionsBoundary=boundary)
    _, message = refusal(aws.client("secretsmanager", role).get_secret_value, SecretId=secret)
    assert message.endswith(f"because no permissions boundary allows the {READ} action")


def test_the_sessions_policy_counts(aws: Aws, secret: str) -> None:
    role = aws.session(allow("*"))
    arn = aws.client("sts", role).get_caller_identity()["Arn"]
    role_arn = f"arn:aws:iam::{ACCOUNT}:role/{arn.split('/')[1]}"
    narrow = aws.assume(role_arn, Policy=json.dumps(document(allow("s3:*"))))
    _, message = refusal(aws.client("secretsmanager", narrow).get_secret_value, SecretId=secret)
    assert message.endswith(f"because no session policy allows the {READ} action")


def test_the_secrets_policy_counts(aws: Aws, secret: str) -> None:
    own = document(deny(READ, Principal="*") | when("StringNotEquals", STAGE, "AWSCURRENT"))
    aws.client("secretsmanager").put_resource_policy(
        SecretId=secret, ResourcePolicy=json.dumps(own)
    )
    role = aws.session(allow(READ, secret))
    assert read(aws, role, secret, VersionStage="AWSCURRENT") == "one"
    _, message = refusal(aws.client("secretsmanager", role).get_secret_value, SecretId=secret)
    assert message.endswith("with an explicit deny in a resource-based policy")


def test_the_principals_and_the_secrets_tags_count(aws: Aws, secret: str) -> None:
    aws.client("secretsmanager").tag_resource(
        SecretId=secret, Tags=[{"Key": "team", "Value": "orders"}]
    )
    same = when("StringEquals", "secretsmanager:ResourceTag/team", "${aws:PrincipalTag/team}")
    ours = aws.session(allow(READ, **same), Tags=[{"Key": "team", "Value": "orders"}])
    theirs = aws.session(allow(READ, **same), Tags=[{"Key": "team", "Value": "billing"}])
    assert read(aws, ours, secret) == "one"
    refusal(aws.client("secretsmanager", theirs).get_secret_value, SecretId=secret)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (when("StringEquals", "aws:PrincipalAccount", ACCOUNT), True),
        (when("StringEquals", "aws:RequestedRegion", REGION), True),
        (when("StringEquals", "aws:RequestedRegion", "us-east-1"), False),
        (when("Bool", "aws:SecureTransport", "true"), True),
        (when("Bool", "aws:ViaAWSService", "true"), False),
        (when("IpAddress", "aws:SourceIp", "127.0.0.0/8"), True),
        (when("StringLike", "aws:userid", "AROA*:session"), True),
        (when("StringEquals", "aws:PrincipalType", "AssumedRole"), True),
        (when("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"), True),
        (when("DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"), False),
        (when("Null", "aws:SourceVpce", "true"), True),
        (when("Null", "lambda:SourceFunctionArn", "true"), True),
        (when("Null", "secretsmanager:VersionStage", "true"), True),
        (when("StringLike", "secretsmanager:SecretId", "arn:*"), True),
    ],
)
def test_a_condition_finds_its_key(
    aws: Aws, secret: str, condition: dict[str, Any], *, holds: bool
) -> None:
    role = aws.session(allow(READ, secret, **condition))
    if holds:
        assert read(aws, role, secret) == "one"
    else:
        refusal(aws.client("secretsmanager", role).get_secret_value, SecretId=secret)


def test_the_version_that_is_asked_for_counts(aws: Aws, secret: str) -> None:
    version = aws.client("secretsmanager").describe_secret(SecretId=secret)["VersionIdsToStages"]
    (token,) = version
    role = aws.session(
        allow(READ, secret, **when("StringEquals", "secretsmanager:VersionId", token))
    )
    assert read(aws, role, secret, VersionId=token) == "one"
    refusal(aws.client("secretsmanager", role).get_secret_value, SecretId=secret)


def test_reading_a_secret_needs_its_key(aws: Aws, own_key_secret: str, key: str) -> None:
    without = aws.session(allow(READ, own_key_secret))
    code, message = refusal(
        aws.client("secretsmanager", without).get_secret_value, SecretId=own_key_secret
    )
    assert code == "AccessDeniedException"
    assert message.startswith("Access to KMS is not allowed. User: ")
    assert f"kms:Decrypt on resource: {key}" in message
    assert read(aws, aws.session(allow(READ), allow("kms:Decrypt", key)), own_key_secret) == "one"


def test_the_key_is_used_through_the_service_and_for_the_secrets_version(
    aws: Aws, own_key_secret: str, key: str
) -> None:
    versions = aws.client("secretsmanager").describe_secret(SecretId=own_key_secret)
    (token,) = versions["VersionIdsToStages"]
    condition = {
        "Condition": {
            "StringEquals": {
                "kms:ViaService": SERVICE,
                "kms:CallerAccount": ACCOUNT,
                "kms:EncryptionContext:SecretARN": own_key_secret,
                "kms:EncryptionContext:SecretVersionId": token,
            },
            "ForAllValues:StringEquals": {
                "kms:EncryptionContextKeys": ["SecretARN", "SecretVersionId"]
            },
            "Bool": {"aws:ViaAWSService": "true"},
            "ForAnyValue:StringEquals": {"aws:CalledVia": SERVICE},
        }
    }
    role = aws.session(allow(READ), allow("kms:Decrypt", key, **condition))
    assert read(aws, role, own_key_secret) == "one"
    assert read(aws, role, own_key_secret, VersionId=token) == "one"


def test_writing_a_secret_needs_a_data_key(aws: Aws, own_key_secret: str, key: str) -> None:
    write = allow("secretsmanager:PutSecretValue", own_key_secret)
    token = str(uuid.uuid4())
    arguments = {
        "SecretId": own_key_secret,
        "SecretString": "two",
        "ClientRequestToken": token,
        "VersionStages": ["AWSPENDING"],
    }
    for missing, rights in {
        "kms:GenerateDataKey": [allow("kms:Decrypt", key)],
        "kms:Decrypt": [allow("kms:GenerateDataKey", key)],
    }.items():
        client = aws.client("secretsmanager", aws.session(write, *rights))
        _, message = refusal(client.put_secret_value, **arguments)
        assert f"not authorized to perform: {missing} on" in message
    version = when("StringEquals", "kms:EncryptionContext:SecretVersionId", token)
    role = aws.session(write, allow(["kms:GenerateDataKey", "kms:Decrypt"], key, **version))
    aws.client("secretsmanager", role).put_secret_value(**arguments)


def test_the_keys_policy_counts(aws: Aws, own_key_secret: str, key: str) -> None:
    nobody = document(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/nobody"}))
    aws.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(nobody))
    role = aws.session(allow("*"))
    _, message = refusal(
        aws.client("secretsmanager", role).get_secret_value, SecretId=own_key_secret
    )
    assert message.endswith("because no resource-based policy allows the kms:Decrypt action")
    assert aws.decisions()[-1]["layer"] == "key policy"


def test_awss_own_key_asks_for_nothing(aws: Aws, secret: str) -> None:
    read(aws, aws.session(allow(READ, secret)), secret)
    assert [each["action"] for each in aws.decisions()] == [READ]


def test_a_secret_that_does_not_exist_is_not_told_to_everybody(aws: Aws) -> None:
    one = aws.session(allow(READ, f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:mine-*"))
    every = aws.session(allow(READ))
    code, _ = refusal(aws.client("secretsmanager", one).get_secret_value, SecretId="nothing")
    assert code == "AccessDeniedException"
    code, _ = refusal(aws.client("secretsmanager", every).get_secret_value, SecretId="nothing")
    assert code == "ResourceNotFoundException"


def test_a_call_that_no_table_knows_is_refused(aws: Aws) -> None:
    role = aws.session(allow("*"))
    code, message = refusal(aws.client("sqs", role).list_queues)
    assert code == "AccessDeniedException"
    assert message == (
        "sqs:ListQueues is not known to the local AWS, so it is refused; "
        "add it to local/policies/services"
    )
    (entry,) = aws.decisions()
    assert (entry["verdict"], entry["layer"]) == ("refused", "not known to the local AWS")
    assert entry["action"] == "sqs:ListQueues"


def test_a_request_that_is_no_operation_is_refused(aws: Aws) -> None:
    role = aws.session(allow("*"))
    answer = raw(
        aws, "/", {"Authorization": signature(role), "X-Amz-Target": "secretsmanager.Steal"}
    )
    assert answer == (400, "AccessDeniedException")
    assert aws.decisions()[-1]["verdict"] == "refused"


def test_a_mistake_of_ours_refuses(aws: Aws, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("local.policies.judge.accesses_of", mistaken)
    role = aws.session(allow("*"))
    code, message = refusal(aws.client("secretsmanager", role).get_secret_value, SecretId=secret)
    assert code == "AccessDeniedException"
    assert "could not be judged by the local AWS, so it is refused: ZeroDivisionError" in message


def test_an_evaluator_that_fails_refuses(
    aws: Aws, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(*_: object) -> None:
        raise EvaluatorError("the policy evaluator is gone", why="killed", remedy="start it")

    monkeypatch.setattr(Evaluator, "decide", dead)
    role = aws.session(allow("*"))
    code, message = refusal(aws.client("secretsmanager", role).get_secret_value, SecretId=secret)
    assert (code, message) == (
        "AccessDeniedException",
        "the policy evaluator is gone: killed. start it",
    )
    assert aws.decisions()[-1]["layer"] == "evaluator"


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


def test_an_unsigned_call_of_an_api_is_refused(aws: Aws) -> None:
    target = {"X-Amz-Target": "secretsmanager.ListSecrets"}
    assert raw(aws, "/", target) == (400, "MissingAuthenticationTokenException")
    assert raw(aws, "/?Action=ListUsers", {}) == (403, "MissingAuthenticationToken")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert raw(aws, "/", form, b"Action=ListUsers") == (403, "MissingAuthenticationToken")


def test_an_unsigned_request_that_is_no_call_passes(aws: Aws) -> None:
    bucket = uuid.uuid4().hex
    location = {"LocationConstraint": REGION}
    aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
    assert raw(aws, f"/{bucket}/answer", {}, b"{}", method="PUT") == (200, None)


def signature(who: Credentials, service: str = "secretsmanager") -> str:
    scope = f"{who.aws_access_key_id}/20260101/{REGION}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


def raw(
    aws: Aws, path: str, headers: dict[str, str], body: bytes | None = b"{}", method: str = "POST"
) -> tuple[int, str | None]:
    """Send a request that boto3 would not; returns the status and the error's code."""
    request = urllib.request.Request(aws.url + path, body, headers, method=method)  # noqa: S310  # our server
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310  # our server
            return answer.status, answer.headers.get("x-amzn-ErrorType")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("x-amzn-ErrorType")
