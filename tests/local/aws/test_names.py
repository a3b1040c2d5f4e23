"""Names that a template gives: taken ones are refused, and what keeps its name is not replaced."""

from typing import Any

import pytest

from tests.local.conftest import LAMBDA_TRUST

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}
KEY = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": POLICY}}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": LAMBDA_TRUST}}

NAMED: dict[str, tuple[str, dict[str, Any]]] = {
    "AWS::CloudWatch::Alarm": (
        "AlarmName",
        {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Threshold": 1},
    ),
    "AWS::CloudWatch::Dashboard": ("DashboardName", {"DashboardBody": '{"widgets": []}'}),
    "AWS::ECR::Repository": ("RepositoryName", {}),
    "AWS::Events::Rule": ("Name", {"ScheduleExpression": "rate(1 day)"}),
    "AWS::IAM::Group": ("GroupName", {}),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", {"PolicyDocument": POLICY}),
    "AWS::IAM::Role": ("RoleName", {"AssumeRolePolicyDocument": LAMBDA_TRUST}),
    "AWS::IAM::User": ("UserName", {}),
    "AWS::KMS::Alias": ("AliasName", {"TargetKeyId": {"Ref": "Key"}}),
    "AWS::Lambda::Function": (
        "FunctionName",
        {
            "Code": {"ZipFile": "def handler(event, context): pass"},
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Runtime": "python3.11",
        },
    ),
    "AWS::Logs::LogGroup": ("LogGroupName", {}),
    "AWS::RDS::DBParameterGroup": (
        "DBParameterGroupName",
        {"Family": "postgres17", "Description": "one"},
    ),
    "AWS::S3::Bucket": ("BucketName", {}),
    "AWS::SNS::Topic": ("TopicName", {}),
    "AWS::SSM::Parameter": ("Name", {"Type": "String", "Value": "one"}),
    "AWS::SecretsManager::Secret": ("Name", {"SecretString": "{}"}),
}


def resource(kind, name):
    named, properties = NAMED[kind]
    physical = f"alias/{name}" if kind == "AWS::KMS::Alias" else name
    return {"Type": kind, "Properties": {named: physical, **properties}}


@pytest.mark.parametrize("kind", NAMED)
def test_a_name_that_stays_with_another_logical_id_fails_the_deployment(stack, kind):
    around = {"Key": KEY, "Role": ROLE}
    assert stack.deploy({**around, "One": resource(kind, stack.name)}) == "CREATE_COMPLETE", (
        stack.reasons()
    )
    moved = {**around, "Two": resource(kind, stack.name)}
    assert stack.deploy(moved) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("already exists" in reason for reason in stack.reasons())
    assert stack.resources() == {"Key", "Role", "One"}
    assert stack.delete() == "DELETE_COMPLETE", stack.reasons()
    assert stack.deploy(moved) == "CREATE_COMPLETE", "its name is free again"


@pytest.mark.parametrize("kind", ["AWS::IAM::Role", "AWS::IAM::User", "AWS::Events::Rule"])
def test_a_generated_name_is_not_longer_than_the_service_takes(stack, kind):
    named, properties = NAMED[kind]
    long = {"Resource" * 10: {"Type": kind, "Properties": properties}}
    outputs = {"Name": {"Value": {"Ref": "Resource" * 10}}}
    assert stack.deploy(long, outputs) == "CREATE_COMPLETE", stack.reasons()
    name = stack.outputs()["Name"].rpartition("/")[2]
    assert named in {"RoleName", "UserName", "Name"}
    assert len(name) == 64
    assert name.startswith(f"{stack.name}-Resource")
