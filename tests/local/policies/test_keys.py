"""What reading and writing a secret needs of its key."""

import json
import uuid

from .calling import read, refusal
from .conftest import Aws
from .documents import ACCOUNT, READ, REGION, allow, document, when

SERVICE = f"secretsmanager.{REGION}.amazonaws.com"


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
