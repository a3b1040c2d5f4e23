"""Calls over HTTP with the credentials of real sessions."""

import json
import uuid
from typing import Any

import pytest

from .calling import read, refusal
from .conftest import Aws
from .documents import ACCOUNT, READ, REGION, STAGE, allow, deny, document, when


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
