"""KMS makes key pairs and signatures as it is documented, and enforces who may."""

import hashlib
import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
)

from local.aws.configuration import ACCOUNT

SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:web-AbCdEf"


@pytest.fixture(scope="module")
def kms(aws):
    return aws.client("kms")


@pytest.fixture(scope="module")
def symmetric(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


def signing_key(kms, spec="ECC_NIST_P256", policy=None):
    more = {"Policy": json.dumps(policy)} if policy else {}
    made = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec=spec, **more)
    return made["KeyMetadata"]["Arn"]


def code(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"]


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def role(aws, *statements):
    """A session's client of a role with these statements."""
    iam, name = aws.client("iam"), f"r{uuid.uuid4().hex[:10]}"
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document(trust)))[
        "Role"
    ]["Arn"]
    if statements:
        iam.put_role_policy(
            RoleName=name, PolicyName="own", PolicyDocument=json.dumps(document(*statements))
        )
    given = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
    return aws.client_of(given, "kms"), arn


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    "spec", ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "RSA_2048"]
)
def test_a_pair_is_made_whole_and_encrypted(kms, symmetric, spec):
    context = {"SecretARN": SECRET}
    made = kms.generate_data_key_pair(KeyId=symmetric, KeyPairSpec=spec, EncryptionContext=context)
    private = load_der_private_key(made["PrivateKeyPlaintext"], None)
    assert private.public_key() == load_der_public_key(made["PublicKey"])
    assert (made["KeyId"], made["KeyPairSpec"]) == (symmetric, spec)
    blob = made["PrivateKeyCiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"]
    assert opened == made["PrivateKeyPlaintext"]
    wrong = {"SecretARN": f"{SECRET}x"}
    refused = code(kms.decrypt, CiphertextBlob=blob, EncryptionContext=wrong)
    assert refused == "InvalidCiphertextException"


def test_a_pair_needs_a_symmetric_key_that_is_enabled(kms):
    call = kms.generate_data_key_pair
    assert code(call, KeyId=signing_key(kms), KeyPairSpec="RSA_2048") == "InvalidKeyUsageException"
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert code(call, KeyId=key, KeyPairSpec="RSA_1024") == "ValidationException"
    kms.disable_key(KeyId=key)
    assert code(call, KeyId=key, KeyPairSpec="RSA_2048") == "DisabledException"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert code(call, KeyId=key, KeyPairSpec="RSA_2048") == "KMSInvalidStateException"
    assert code(call, KeyId=str(uuid.uuid4()), KeyPairSpec="RSA_2048") == "NotFoundException"


def test_a_disabled_key_signs_nothing(kms):
    key = signing_key(kms).rpartition("/")[2]
    ask = {"KeyId": key, "Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}
    kms.sign(**ask)
    kms.disable_key(KeyId=key)
    assert code(kms.sign, **ask) == "DisabledException"
    assert code(kms.get_public_key, KeyId=key) == "DisabledException"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert code(kms.sign, **ask) == "KMSInvalidStateException"


def test_a_long_message_is_refused(kms):
    key = signing_key(kms)
    kms.sign(KeyId=key, Message=b"m" * 4096, SigningAlgorithm="ECDSA_SHA_256")
    ask = {"KeyId": key, "Message": b"m" * 4097, "SigningAlgorithm": "ECDSA_SHA_256"}
    assert code(kms.sign, **ask) == "ValidationException"


@pytest.mark.parametrize(
    ("spec", "algorithm"),
    [
        ("ECC_NIST_P256", "ECDSA_SHA_256"),
        ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"),
        ("RSA_2048", "RSASSA_PSS_SHA_256"),
    ],
)
def test_the_signature_of_a_digest_is_that_of_its_message(kms, spec, algorithm):
    key = signing_key(kms, spec)
    digest = {"Message": hashlib.sha256(b"message").digest(), "MessageType": "DIGEST"}
    ask = {"KeyId": key, "SigningAlgorithm": algorithm}
    signature = kms.sign(**ask, **digest)["Signature"]

    def valid(**message):
        return kms.verify(**ask, **message, Signature=signature)["SignatureValid"]

    assert valid(**digest)
    assert not valid(**{**digest, "Message": hashlib.sha256(b"else").digest()})
    if "PSS" in algorithm:
        return  # moto verifies PSS of messages with a salt of another length
    assert valid(Message=b"message")
    how: Any = [ec.ECDSA(hashes.SHA256())]
    if spec.startswith("RSA"):
        how = [padding.PKCS1v15(), hashes.SHA256()]
    public: Any = load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    public.verify(signature, b"message", *how)
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"else", *how)
    ask = {"KeyId": key, "Message": b"short", "MessageType": "DIGEST"}
    assert code(kms.sign, **ask, SigningAlgorithm=algorithm) == "ValidationException"


def test_a_public_key_tells_its_kind_and_its_arn(kms):
    key = signing_key(kms, "ECC_NIST_P384")
    answer = kms.get_public_key(KeyId=key.rpartition("/")[2])
    assert (answer["KeyId"], answer["KeySpec"]) == (key, "ECC_NIST_P384")


def test_a_template_makes_a_key_of_the_kind_that_it_says(kms, stack):
    policy = document({**allow("kms:*"), "Principal": {"AWS": ACCOUNT}})

    def key(**more):
        return {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy, **more}}

    signing = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["Signs", "Arn"]}}}
    made = stack.deploy({"Signs": key(**signing), "Encrypts": key(EnableKeyRotation=True)}, outputs)
    assert made == "CREATE_COMPLETE"
    arn = stack.outputs()["Arn"]
    assert kms.get_public_key(KeyId=arn)["KeySpec"] == "ECC_NIST_P256"
    kms.sign(KeyId=arn, Message=b"m", SigningAlgorithm="ECDSA_SHA_256")
    stack.deploy({"Signs": key(**signing), "Turns": key(**signing, EnableKeyRotation=True)})
    assert "on asymmetric keys" in stack.reasons()[0]


def test_a_pair_is_made_for_the_context_that_a_policy_names(aws, kms, symmetric):
    condition = {
        "StringEquals": {
            "kms:EncryptionContext:SecretARN": SECRET,
            "kms:DataKeyPairSpec": "ECC_NIST_P256",
        }
    }
    statement = allow("kms:GenerateDataKeyPair", symmetric, Condition=condition)
    client, _ = role(aws, statement)
    ask = {"KeyId": symmetric, "KeyPairSpec": "ECC_NIST_P256"}
    client.generate_data_key_pair(**ask, EncryptionContext={"SecretARN": SECRET})
    for wrong in (
        ask,
        {**ask, "EncryptionContext": {"SecretARN": f"{SECRET}x"}},
        {**ask, "EncryptionContext": {"SecretARN": SECRET}, "KeyPairSpec": "RSA_2048"},
    ):
        assert code(client.generate_data_key_pair, **wrong) == "AccessDeniedException"


def test_who_signs_with_what_the_key_s_policy_says(aws, kms):
    """Nobody else, whatever their own policies say: as for a key whose policy leaves out `Sign`."""
    anything = allow("kms:*")
    (signer, arn), (other, _) = role(aws, anything), role(aws, anything)
    statement = {
        **allow("kms:Sign", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        "Condition": {
            "ArnEquals": {"aws:PrincipalArn": arn},
            "StringEquals": {"kms:SigningAlgorithm": "ECDSA_SHA_256", "kms:MessageType": "RAW"},
        },
    }
    key = signing_key(kms, policy=document(statement))
    ask = {"KeyId": key, "Message": b"m" * 32, "SigningAlgorithm": "ECDSA_SHA_256"}
    signer.sign(**ask, MessageType="RAW")
    assert code(signer.sign, **ask, MessageType="DIGEST") == "AccessDeniedException"
    assert code(other.sign, **ask, MessageType="RAW") == "AccessDeniedException"
