"""The network interfaces of functions in a VPC."""

from typing import Any

import pytest

from local.functions.invocation import CannotRun

from .conftest import Lambda

SOURCE = "def handler(event, context): return 'fine'"


@pytest.fixture
def placement(aws: Lambda, name: str) -> dict[str, Any]:
    """Where a function goes: a VPC's subnets and security groups."""
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]
        for number in (1, 2)
    ]
    group = ec2.create_security_group(GroupName=name, Description="-", VpcId=vpc)["GroupId"]
    return {"SubnetIds": subnets, "SecurityGroupIds": [group]}


def interfaces(aws: Lambda, placement: dict[str, Any]) -> list[str]:
    """The subnets of the interfaces there are."""
    filters = [{"Name": "subnet-id", "Values": placement["SubnetIds"]}]
    found = aws.client("ec2").describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    assert all(each["Groups"][0]["GroupId"] == placement["SecurityGroupIds"][0] for each in found)
    return sorted(each["SubnetId"] for each in found)


def test_a_function_has_one_interface_in_each_subnet_until_it_is_deleted(
    aws: Lambda, name: str, placement: dict[str, Any]
) -> None:
    arn = aws.deploy(SOURCE, name=name, VpcConfig=placement)
    for _ in range(2):
        assert aws.functions.invoke(arn, {}).answer == "fine"
        assert interfaces(aws, placement) == sorted(placement["SubnetIds"])
    aws.client().delete_function(FunctionName=name)
    assert interfaces(aws, placement) == []


def test_a_function_in_a_subnet_that_is_gone_does_not_run(
    aws: Lambda, name: str, placement: dict[str, Any]
) -> None:
    arn = aws.deploy(SOURCE, name=name, VpcConfig=placement)
    aws.client("ec2").delete_subnet(SubnetId=placement["SubnetIds"][0])
    with pytest.raises(CannotRun, match=r"gets no network interface.*DescribeSubnets"):
        aws.functions.invoke(arn, {})
