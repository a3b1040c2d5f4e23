"""AWS's quotas: what is just within is deployed, what is one over is not."""

import json

import pytest
from botocore.exceptions import ClientError

from local.aws import quotas

TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}


def document(size, statement):
    """A policy of that many characters as IAM counts them, white space left out."""
    own = {**statement, "Sid": ""}
    whole = {"Version": "2012-10-17", "Statement": [own]}
    own["Sid"] = "x" * (size - len(json.dumps(whole, separators=(",", ":"))))
    return whole


def spaced(value):
    """The same as a text with white space."""
    return json.dumps(value, indent=4)


ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def pattern(size):
    empty = len(json.dumps({"source": [""]}, separators=(",", ":")))
    properties = {"EventPattern": {"source": ["x" * (size - empty)]}}
    return {"Rule": {"Type": "AWS::Events::Rule", "Properties": properties}}


def managed(size):
    properties = {"PolicyDocument": document(size, ALLOW)}
    return {"Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}}


def trust(size):
    properties = {"AssumeRolePolicyDocument": document(size, TRUST)}
    return {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}


def inline(size):
    """A role with a policy of its own and another one that is attached, which count together."""
    role = {
        "AssumeRolePolicyDocument": document(300, TRUST),
        "Policies": [{"PolicyName": "its", "PolicyDocument": document(5000, ALLOW)}],
    }
    policy = {
        "PolicyName": "more",
        "PolicyDocument": document(size - 5000, ALLOW),
        "Roles": [{"Ref": "Role"}],
    }
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
        "Policy": {"Type": "AWS::IAM::Policy", "Properties": policy},
    }


def endpoint(size):
    properties = {
        "VpcId": {"Ref": "Vpc"},
        "ServiceName": "com.amazonaws.us-east-1.s3",
        "RouteTableIds": [{"Ref": "Routes"}],
        "PolicyDocument": document(size, ANYONE),
    }
    return {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.8.0.0/16"}},
        "Routes": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
        "Endpoint": {"Type": "AWS::EC2::VPCEndpoint", "Properties": properties},
    }


def secret_policy(size):
    properties = {"SecretId": {"Ref": "Secret"}, "ResourcePolicy": document(size, ANYONE)}
    return {
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "{}"}},
        "Policy": {"Type": "AWS::SecretsManager::ResourcePolicy", "Properties": properties},
    }


def key_policy(size):
    return {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": document(size, ANYONE)}},
    }


def bucket_policy(size):
    properties = {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": document(size, ANYONE)}
    return {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": properties},
    }


def count(size):
    return {f"R{number}": {"Type": "AWS::CDK::Metadata"} for number in range(size)}


CASES = {
    "an event pattern": (pattern, quotas.EVENT_PATTERN),
    "a managed policy": (managed, quotas.MANAGED_POLICY),
    "a trust policy": (trust, quotas.TRUST_POLICY),
    "the inline policies of a role": (inline, quotas.INLINE["Role"]),
    "an endpoint policy": (endpoint, quotas.ENDPOINT_POLICY),
    "the policy of a secret": (secret_policy, quotas.SECRET_POLICY),
    "the policy of a key": (key_policy, quotas.KEY_POLICY),
    "the policy of a bucket": (bucket_policy, quotas.BUCKET_POLICY),
}


@pytest.mark.parametrize(("resources", "quota"), CASES.values(), ids=CASES)
def test_a_template_within_the_quota_is_deployed_and_one_over_is_not(stack, resources, quota):
    assert stack.deploy(resources(quota.most)) == "CREATE_COMPLETE", stack.reasons()
    assert stack.deploy(resources(quota.most + 1)) == "UPDATE_ROLLBACK_COMPLETE"
    assert any(f"{quota.most + 1} of {quota.most}" in reason for reason in stack.reasons())


def test_a_template_has_at_most_500_resources(stack):
    with pytest.raises(ClientError, match="Number of resources is greater"):
        stack.deploy(count(501))


def test_a_call_carries_a_template_of_at_most_51200_bytes(aws, stack):
    padded = {"Resources": count(1), "Metadata": {"text": "x" * 51200}}
    with pytest.raises(ClientError, match="51200 bytes"):
        aws.client("cloudformation").create_change_set(
            StackName=stack.name,
            ChangeSetName="large",
            ChangeSetType="CREATE",
            TemplateBody=json.dumps(padded),
        )


def calls(size):
    """The calls that put a document of a size, by the quota that bounds it."""
    text = spaced(document(size, ALLOW))
    return {
        "managed": ("iam", "create_policy", {"PolicyName": "p", "PolicyDocument": text}),
        "role": ("iam", "put_role_policy", {"PolicyName": "p", "PolicyDocument": text}),
        "group": ("iam", "put_group_policy", {"PolicyName": "p", "PolicyDocument": text}),
        "user": ("iam", "put_user_policy", {"PolicyName": "p", "PolicyDocument": text}),
    }


BOUNDS = {
    "managed": quotas.MANAGED_POLICY,
    **{kind.lower(): quota for kind, quota in quotas.INLINE.items()},
}


@pytest.mark.parametrize("kind", BOUNDS)
def test_a_call_is_bounded_as_a_template_is(aws, name, kind):
    iam = aws.client("iam")
    if kind != "managed":
        trusted = {"AssumeRolePolicyDocument": json.dumps(document(300, TRUST))}
        more = trusted if kind == "role" else {}
        getattr(iam, f"create_{kind}")(**{f"{kind.title()}Name": name}, **more)

    def put(size):
        _, call, given = calls(size)[kind]
        owner = {} if kind == "managed" else {f"{kind.title()}Name": name}
        return getattr(iam, call)(**given | owner | ({} if owner else {"PolicyName": name}))

    most = BOUNDS[kind].most
    with pytest.raises(ClientError) as error:
        put(most + 1)
    assert error.value.response["Error"]["Code"] == "LimitExceeded"
    put(most)


def test_the_variables_of_a_function_are_bounded(aws, function, stack):
    arn = function("def handler(event, context): pass")
    client = aws.client("lambda")

    def put(size):
        client.update_function_configuration(
            FunctionName=arn, Environment={"Variables": {"KEY": "x" * (size - 3)}}
        )

    put(quotas.FUNCTION_ENVIRONMENT.most)
    with pytest.raises(ClientError, match="exceeded the 4KB limit"):
        put(quotas.FUNCTION_ENVIRONMENT.most + 1)
