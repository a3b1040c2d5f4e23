"""Security groups stop connections to databases, not only calls of AWS."""

import json

import pytest

from tests.local.conftest import LAMBDA_TRUST

CODE = """
import socket
def handler(event, context):
    try:
        socket.create_connection((event["host"], event["port"]), timeout=5).close()
    except OSError as error:
        return type(error).__name__
    return "connected"
"""
ANYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def group_id(name):
    return {"Fn::GetAtt": [name, "GroupId"]}


@pytest.fixture
def resources(stack):
    vpc = {"Ref": "Vpc"}
    found = {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.8.0.0/24"}}}
    for number, zone in enumerate("ab"):
        found[f"Subnet{number}"] = {
            "Type": "AWS::EC2::Subnet",
            "Properties": {
                "VpcId": vpc,
                "CidrBlock": f"10.8.0.{number * 64}/26",
                "AvailabilityZone": f"us-east-1{zone}",
            },
        }
    for name in ("Database", "Application"):
        found[f"{name}Group"] = {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": name, "VpcId": vpc},
        }
    found["Subnets"] = {
        "Type": "AWS::RDS::DBSubnetGroup",
        "Properties": {
            "DBSubnetGroupDescription": "both",
            "SubnetIds": [{"Ref": "Subnet0"}, {"Ref": "Subnet1"}],
        },
    }
    found["Database"] = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "DBInstanceIdentifier": stack.name,
            "DBName": stack.name,
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            "Engine": "postgres",
            "Port": "5432",
            "MasterUsername": "master",
            "MasterUserPassword": "a-password-of-the-master",
            "DBSubnetGroupName": {"Ref": "Subnets"},
            "VPCSecurityGroups": [group_id("DatabaseGroup")],
        },
    }
    found["Role"] = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": LAMBDA_TRUST,
            "Policies": [{"PolicyName": "anything", "PolicyDocument": ANYTHING}],
        },
    }
    found["Function"] = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": stack.name,
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": CODE},
            "VpcConfig": {
                "SubnetIds": [{"Ref": "Subnet0"}],
                "SecurityGroupIds": [group_id("ApplicationGroup")],
            },
        },
    }
    yield found
    if stack.exists():
        stack.delete()


@pytest.fixture
def connect(aws, stack):
    def connect(host="localhost"):
        found = aws.client("rds").describe_db_instances(DBInstanceIdentifier=stack.name)
        event = {"host": host, "port": found["DBInstances"][0]["Endpoint"]["Port"]}
        answer = aws.client("lambda").invoke(
            FunctionName=stack.name, Payload=json.dumps(event).encode()
        )
        return json.loads(answer["Payload"].read())

    return connect


def rule(**source):
    return {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Properties": {
            "GroupId": group_id("DatabaseGroup"),
            "IpProtocol": "tcp",
            "FromPort": 5432,
            "ToPort": 5432,
            **source,
        },
    }


def test_a_function_gets_to_a_database_when_the_databases_group_lets_it_in(
    stack, resources, connect
):
    assert stack.deploy(resources) == "CREATE_COMPLETE", stack.reasons()
    assert connect() == "TimeoutError"
    admitted = rule(SourceSecurityGroupId=group_id("ApplicationGroup"))
    assert stack.deploy({**resources, "Rule": admitted}) == "UPDATE_COMPLETE", stack.reasons()
    assert connect() == "connected"
    assert connect("any-name.rds.localhost") == "connected"
    elsewhere = rule(CidrIp="10.8.0.64/26")
    assert stack.deploy({**resources, "Other": elsewhere}) == "UPDATE_COMPLETE", stack.reasons()
    assert connect() == "TimeoutError"


def test_a_function_whose_own_group_lets_nothing_out_gets_nowhere(stack, resources, connect):
    nowhere = [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]
    resources["ApplicationGroup"]["Properties"]["SecurityGroupEgress"] = nowhere
    resources["Rule"] = rule(CidrIp="10.8.0.0/24")
    assert stack.deploy(resources) == "CREATE_COMPLETE", stack.reasons()
    assert connect() == "TimeoutError"


def test_a_function_outside_of_the_vpc_gets_nowhere(stack, resources, connect):
    del resources["Function"]["Properties"]["VpcConfig"]
    resources["Rule"] = rule(CidrIp="0.0.0.0/0")
    assert stack.deploy(resources) == "CREATE_COMPLETE", stack.reasons()
    assert connect() == "TimeoutError"
