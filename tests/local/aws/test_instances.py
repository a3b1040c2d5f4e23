"""EC2 instances: what a template says of one, and what a program on one meets."""

import json
from http import HTTPStatus
from typing import Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from local.instances import metadata_url
from tests.local.on_instance import OnInstance

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"


def resources(**more: Any) -> dict[str, Any]:
    """An instance that nothing reaches, with a role that may do nothing."""
    return {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.7.0.0/24"}},
        "Subnet": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.7.0.0/25"},
        },
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "GroupDescription": "nothing"},
        },
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
        "Profile": {
            "Type": "AWS::IAM::InstanceProfile",
            "Properties": {"Roles": [{"Ref": "Role"}]},
        },
        "Template": {
            "Type": "AWS::EC2::LaunchTemplate",
            "Properties": {
                "LaunchTemplateData": {
                    "ImageId": f"resolve:ssm:{IMAGE}",
                    "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
                }
            },
        },
        "Instance": {
            "Type": "AWS::EC2::Instance",
            "Properties": {
                "IamInstanceProfile": {"Ref": "Profile"},
                "InstanceType": "t4g.micro",
                "LaunchTemplate": {
                    "LaunchTemplateId": {"Ref": "Template"},
                    "Version": {"Fn::GetAtt": ["Template", "LatestVersionNumber"]},
                },
                "SecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}],
                "SubnetId": {"Ref": "Subnet"},
                "BlockDeviceMappings": [
                    {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "VolumeSize": 8}}
                ],
                "UserData": "one",
                **more,
            },
        },
    }


OUTPUTS = {"Id": {"Value": {"Ref": "Instance"}}, "Role": {"Value": {"Ref": "Role"}}}


@pytest.fixture
def instance(stack):
    assert stack.deploy(resources(), OUTPUTS) == "CREATE_COMPLETE", stack.reasons()
    return stack.outputs()["Id"]


def described(aws, instance):
    [reservation] = aws.client("ec2").describe_instances(InstanceIds=[instance])["Reservations"]
    [found] = reservation["Instances"]
    return found


def status(aws, instance, path):
    url = f"{metadata_url(aws.server.url, instance)}/latest/{path}"
    return urllib3.request("GET", url).status


def test_an_instance_is_where_and_as_the_template_says(aws, stack, instance):
    found = described(aws, instance)
    image = aws.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    assert found["ImageId"] == image
    assert found["MetadataOptions"]["HttpTokens"] == "required"
    assert found["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
    [group] = found["SecurityGroups"]
    assert group["GroupName"] != "default"
    assert found["IamInstanceProfile"]["Arn"].rpartition("/")[2]


def test_a_program_on_an_instance_has_its_role_and_its_place_in_the_network(aws, stack, instance):
    there = OnInstance(aws, instance)
    assert there.credentials()["role_name"] == stack.outputs()["Role"]
    with pytest.raises(ClientError, match="cannot reach sts"):
        there.client("sts").get_caller_identity()


def test_metadata_is_not_given_without_a_token(aws, instance):
    assert status(aws, instance, "meta-data/iam/security-credentials/") == HTTPStatus.UNAUTHORIZED


def test_an_instance_that_is_not_there_has_no_metadata(aws):
    assert status(aws, "i-0absent", "meta-data/placement/region") == HTTPStatus.NOT_FOUND


def test_an_instance_without_a_role_has_no_credentials(aws, stack):
    without = resources()
    del without["Instance"]["Properties"]["IamInstanceProfile"]
    assert stack.deploy(without, OUTPUTS) == "CREATE_COMPLETE", stack.reasons()
    assert OnInstance(aws, stack.outputs()["Id"]).credentials() == {}


def test_a_role_that_does_not_trust_ec2_gives_no_credentials(aws, stack):
    other = json.loads(json.dumps(resources()).replace("ec2.amazonaws", "lambda.amazonaws"))
    assert stack.deploy(other, OUTPUTS) == "CREATE_COMPLETE", stack.reasons()
    assert OnInstance(aws, stack.outputs()["Id"]).credentials() == {}


def test_user_data_is_changed_in_place(aws, stack, instance):
    assert stack.deploy(resources(UserData="two"), OUTPUTS) == "UPDATE_COMPLETE", stack.reasons()
    assert stack.outputs()["Id"] == instance


def test_a_change_that_would_replace_an_instance_is_refused(stack, instance):
    changed = resources(InstanceType="t4g.small")
    assert stack.deploy(changed, OUTPUTS) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("InstanceType" in reason for reason in stack.reasons())


def test_a_protected_instance_is_not_terminated(aws, stack):
    stack.deploy(resources(DisableApiTermination=True), OUTPUTS)
    instance = stack.outputs()["Id"]
    with pytest.raises(ClientError, match="disableApiTermination"):
        aws.client("ec2").terminate_instances(InstanceIds=[instance])
    stack.deploy(resources(DisableApiTermination=False), OUTPUTS)
    left = {name: each for name, each in resources().items() if name != "Instance"}
    assert stack.deploy(left) == "UPDATE_COMPLETE", stack.reasons()
    assert described(aws, instance)["State"]["Name"] == "terminated"


def test_an_image_that_is_not_there_fails_the_deployment(stack):
    wrong = json.loads(json.dumps(resources()).replace("kernel-default", "kernel-none"))
    assert stack.deploy(wrong) == "ROLLBACK_COMPLETE"
    assert any("there is no parameter" in reason for reason in stack.reasons())
