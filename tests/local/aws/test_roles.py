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
