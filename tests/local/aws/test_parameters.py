"""Parameters that AWS refuses and moto takes; botocore's own checks are off."""

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.local_aws import REGION

LONG, SHORT = "x" * 3000, "x" * 31
CASES = {
    "a token that is too short": (
        "secretsmanager.put_secret_value",
        {"SecretId": "s", "SecretString": "v", "ClientRequestToken": SHORT},
        "InvalidParameterException",
        "ClientRequestToken must be 32-64 characters long",
    ),
    "a token of a rotation that is too long": (
        "secretsmanager.rotate_secret",
        {"SecretId": "s", "ClientRequestToken": "x" * 65},
        "InvalidParameterException",
        "ClientRequestToken must be 32-64 characters long",
    ),
    "the ARN of a function that is too long": (
        "secretsmanager.rotate_secret",
        {"SecretId": "s", "RotationLambdaARN": LONG},
        "InvalidParameterException",
        "RotationLambdaARN must <= 2048 characters long",
    ),
    "no day between two rotations": (
        "secretsmanager.rotate_secret",
        {"SecretId": "s", "RotationRules": {"AutomaticallyAfterDays": 0}},
        "InvalidParameterException",
        "AutomaticallyAfterDays must be within 1-1000",
    ),
    "too many days between two rotations": (
        "secretsmanager.rotate_secret",
        {"SecretId": "s", "RotationRules": {"AutomaticallyAfterDays": 1001}},
        "InvalidParameterException",
        "AutomaticallyAfterDays must be within 1-1000",
    ),
    "a window without its unit": (
        "secretsmanager.rotate_secret",
        {"SecretId": "s", "RotationRules": {"Duration": "3"}},
        "ValidationException",
        "'rotationRules.duration' failed to satisfy constraint",
    ),
    "a version id that is too short": (
        "secretsmanager.update_secret_version_stage",
        {"SecretId": "s", "VersionStage": "AWSCURRENT", "MoveToVersionId": SHORT},
        "ValidationException",
        "length greater than or equal to 32",
    ),
    "a value that is too long": (
        "secretsmanager.create_secret",
        {"Name": "s", "SecretString": "x" * 65537},
        "ValidationException",
        "length less than or equal to 65536",
    ),
    "the name of a secret that is too long": (
        "secretsmanager.create_secret",
        {"Name": "x" * 513},
        "ValidationException",
        "'name' failed to satisfy constraint",
    ),
    "a resource policy that is too long": (
        "secretsmanager.put_resource_policy",
        {"SecretId": "s", "ResourcePolicy": "x" * 20481},
        "ValidationException",
        "'resourcePolicy' failed to satisfy constraint",
    ),
    "a page of more secrets than there are on one": (
        "secretsmanager.list_secrets",
        {"MaxResults": 101},
        "ValidationException",
        "'maxResults' failed to satisfy constraint",
    ),
    "a filter by a character that no tag can hold": (
        "secretsmanager.list_secrets",
        {"Filters": [{"Key": "tag-value", "Values": ["orders*"]}]},
        "ValidationException",
        "'filters.1.member.values.1.member' failed to satisfy constraint",
    ),
    "the name of a rule with a space": (
        "events.put_rule",
        {"Name": "a rule", "ScheduleExpression": "rate(1 day)"},
        "ValidationException",
        "'name' failed to satisfy constraint",
    ),
    "an alias that is too long": (
        "kms.create_alias",
        {"AliasName": "alias/" + "x" * 300, "TargetKeyId": "k"},
        "ValidationException",
        "'aliasName' failed to satisfy constraint",
    ),
    "the name of a role that is too long": (
        "iam.create_role",
        {"RoleName": "x" * 65, "AssumeRolePolicyDocument": "{}"},
        "ValidationError",
        "'roleName' failed to satisfy constraint",
    ),
    "the name of a session with a space": (
        "sts.assume_role",
        {"RoleArn": "arn:aws:iam::123456789012:role/r", "RoleSessionName": "a session"},
        "ValidationError",
        "'roleSessionName' failed to satisfy constraint",
    ),
}


@pytest.mark.parametrize(("call", "given", "code", "message"), CASES.values(), ids=CASES)
def test_a_parameter_out_of_its_bounds_is_refused(aws, call, given, code, message):
    service, operation = call.split(".")
    unchecked = Config(parameter_validation=False)
    session = boto3.Session("local", "local", region_name=REGION)
    client: Any = session.client(service, endpoint_url=aws.server.url, config=unchecked)
    with pytest.raises(ClientError) as error:
        getattr(client, operation)(**given)
    assert error.value.response["Error"]["Code"] == code
    assert message in error.value.response["Error"]["Message"]


def test_a_parameter_within_its_bounds_is_taken(aws, name):
    iam = aws.client("iam")
    tags = [{"Key": "équipe été", "Value": "ß+@/"}]
    made = iam.create_user(UserName=f"{name}.user+a=b,c@d_e-f", Tags=tags)
    assert made["User"]["UserName"].startswith(name)
