"""A stack is deleted in the order that its resources need, or says why not."""

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import LAMBDA_TRUST

NOTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
}


def network(name):
    return {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.9.0.0/24"}},
        "Subnet": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.9.0.0/26"},
        },
        "Routes": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
        "Association": {
            "Type": "AWS::EC2::SubnetRouteTableAssociation",
            "Properties": {"RouteTableId": {"Ref": "Routes"}, "SubnetId": {"Ref": "Subnet"}},
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"RoleName": name, "AssumeRolePolicyDocument": LAMBDA_TRUST},
        },
        "Policy": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": NOTHING, "Roles": [{"Ref": "Role"}]},
        },
    }


def status(aws, stack_id):
    return aws.client("cloudformation").describe_stacks(StackName=stack_id)["Stacks"][0]


def stack_id(aws, name):
    return status(aws, name)["StackId"]


def test_everything_goes_in_the_reverse_of_its_order(aws, stack, name):
    stack.deploy(network(name))
    whole = stack_id(aws, name)
    aws.client("cloudformation").delete_stack(StackName=name)
    assert status(aws, whole)["StackStatus"] == "DELETE_COMPLETE"
    events = aws.client("cloudformation").describe_stack_events(StackName=whole)["StackEvents"]
    gone = [
        each["LogicalResourceId"]
        for each in reversed(events)
        if each["ResourceStatus"] == "DELETE_COMPLETE"
    ]
    assert gone.index("Association") < gone.index("Routes") < gone.index("Vpc")
    assert gone.index("Policy") < gone.index("Role")
    assert not aws.client("iam").list_policies(Scope="Local", OnlyAttached=True)["Policies"]
    assert (
        aws.client("ec2").describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.9.0.0/24"]}])[
            "Vpcs"
        ]
        == []
    )


def test_what_cannot_be_deleted_keeps_the_stack_and_is_named(aws, stack, name):
    stack.deploy(network(name))
    vpc = aws.client("ec2").describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.9.0.0/24"]}])
    found = vpc["Vpcs"][0]["VpcId"]
    strange = aws.client("ec2").create_subnet(VpcId=found, CidrBlock="10.9.0.64/26")
    aws.client("cloudformation").delete_stack(StackName=name)
    assert status(aws, name)["StackStatus"] == "DELETE_FAILED"
    assert any("dependencies" in reason for reason in stack.reasons())
    aws.client("ec2").delete_subnet(SubnetId=strange["Subnet"]["SubnetId"])
    whole = stack_id(aws, name)
    aws.client("cloudformation").delete_stack(StackName=name)
    assert status(aws, whole)["StackStatus"] == "DELETE_COMPLETE"


def test_what_the_template_keeps_stays(aws, stack, name):
    group = {"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Retain"}
    stack.deploy({"Log": {**group, "Properties": {"LogGroupName": name}}})
    aws.client("cloudformation").delete_stack(StackName=name)
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert [each["logGroupName"] for each in groups] == [name]


def test_a_protected_stack_is_not_deleted(aws, stack, name):
    client = aws.client("cloudformation")
    stack.deploy({"Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}}})
    client.update_termination_protection(StackName=name, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="TerminationProtection"):
        client.delete_stack(StackName=name)
    assert status(aws, name)["StackStatus"] == "CREATE_COMPLETE"
    client.update_termination_protection(StackName=name, EnableTerminationProtection=False)
    client.delete_stack(StackName=name)
