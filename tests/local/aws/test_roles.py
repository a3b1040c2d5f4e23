"""Roles as a deployment leaves them, and whether Lambda may assume them."""

import json

import pytest

from tests.local.conftest import TRUST

ANYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
SOURCE = "def handler(event, context):\n    return 'ran'"


def document(service):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_an_updated_template_changes_trust_length_and_boundary(aws, stack, name):
    iam = aws.client("iam")
    boundary = iam.create_policy(PolicyName=name, PolicyDocument=ANYTHING)["Policy"]["Arn"]
    properties = {
        "RoleName": name,
        "AssumeRolePolicyDocument": document("lambda.amazonaws.com"),
        "MaxSessionDuration": 7200,
    }
    role = {"Type": "AWS::IAM::Role", "Properties": properties}
    assert stack.deploy({"Role": role}) == "CREATE_COMPLETE"
    made = iam.get_role(RoleName=name)["Role"]
    assert made["AssumeRolePolicyDocument"] == document("lambda.amazonaws.com")
    assert made["MaxSessionDuration"] == 7200
    role["Properties"] = {
        "RoleName": name,
        "AssumeRolePolicyDocument": document("ec2.amazonaws.com"),
        "MaxSessionDuration": 10800,
        "PermissionsBoundary": boundary,
    }
    assert stack.deploy({"Role": role}) == "UPDATE_COMPLETE"
    changed = iam.get_role(RoleName=name)["Role"]
    assert changed["AssumeRolePolicyDocument"] == document("ec2.amazonaws.com")
    assert changed["MaxSessionDuration"] == 10800
    assert changed["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary


def test_a_function_whose_role_does_not_trust_lambda_does_not_run(aws, function):
    arn = function(SOURCE)
    functions, iam = aws.client("lambda"), aws.client("iam")
    role = functions.get_function_configuration(FunctionName=arn)["Role"].rpartition("/")[2]
    for_ec2 = json.dumps(document("ec2.amazonaws.com"))
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=for_ec2)
    refused = functions.exceptions.InvalidParameterValueException
    with pytest.raises(refused, match="cannot be assumed by Lambda"):
        functions.invoke(FunctionName=arn)
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=TRUST)
    assert json.loads(functions.invoke(FunctionName=arn)["Payload"].read()) == "ran"


BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
NETWORK = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"


def attached(aws, name):
    listed = aws.client("iam").list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return {each["PolicyArn"] for each in listed}


def test_policies_of_aws_that_a_template_lists_are_attached(aws, stack, name):
    def role(*arns):
        trust = document("lambda.amazonaws.com")
        properties = {"RoleName": name, "AssumeRolePolicyDocument": trust}
        listed = {**properties, "ManagedPolicyArns": list(arns)}
        return {"Role": {"Type": "AWS::IAM::Role", "Properties": listed}}

    assert stack.deploy(role(BASIC)) == "CREATE_COMPLETE"
    assert attached(aws, name) == {BASIC}
    assert stack.deploy(role(NETWORK)) == "UPDATE_COMPLETE"
    assert attached(aws, name) == {NETWORK}
    version = aws.client("iam").get_policy(PolicyArn=NETWORK)["Policy"]["DefaultVersionId"]
    found = aws.client("iam").get_policy_version(PolicyArn=NETWORK, VersionId=version)
    assert "ec2:CreateNetworkInterface" in str(found["PolicyVersion"]["Document"])
    stack.delete()
    with pytest.raises(aws.client("iam").exceptions.NoSuchEntityException):
        aws.client("iam").get_role(RoleName=name)


def test_a_policy_of_aws_that_is_none_fails_the_deployment(stack, name):
    trust = document("lambda.amazonaws.com")
    properties = {
        "RoleName": name,
        "AssumeRolePolicyDocument": trust,
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/NoSuchPolicy"],
    }
    role = {"Type": "AWS::IAM::Role", "Properties": properties}
    assert stack.deploy({"Role": role}) == "ROLLBACK_COMPLETE"
    assert any("NoSuchPolicy" in reason for reason in stack.reasons())
