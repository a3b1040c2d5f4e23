"""What EC2, RDS and Lambda refuse about networks, in the words in which they do."""

import pytest

from tests.local.conftest import LAMBDA_TRUST

NOT_THERE = "0123456789abcdef0"
SERVICE = "com.amazonaws.us-east-1.secretsmanager"


def vpc(cidr="10.7.0.0/24"):
    return {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": cidr}}


def subnet(number, zone="us-east-1a", vpc_id=None):
    properties = {
        "VpcId": vpc_id or {"Ref": "Vpc"},
        "CidrBlock": f"10.7.0.{number * 64}/26",
        "AvailabilityZone": zone,
    }
    return {"Type": "AWS::EC2::Subnet", "Properties": properties}


def group(vpc_id=None, **more):
    properties = {"GroupDescription": "a group", "VpcId": vpc_id or {"Ref": "Vpc"}, **more}
    return {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}


def rule(port=5432, **more):
    properties = {
        "GroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        **({"CidrIp": "10.9.0.0/16"} if "SourceSecurityGroupId" not in more else {}),
        **more,
    }
    return {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": properties}


def endpoint(**more):
    properties = {
        "VpcId": {"Ref": "Vpc"},
        "ServiceName": SERVICE,
        "VpcEndpointType": "Interface",
        "PrivateDnsEnabled": True,
        "SubnetIds": [{"Ref": "One"}],
        "SecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}],
        **more,
    }
    return {"Type": "AWS::EC2::VPCEndpoint", "Properties": properties}


def function(**vpc_config):
    configuration = {
        "SubnetIds": [{"Ref": "One"}],
        "SecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}],
        **vpc_config,
    }
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": "handler = print"},
            "VpcConfig": configuration,
        },
    }


def subnet_group(*ids):
    properties = {"DBSubnetGroupDescription": "a group", "SubnetIds": list(ids)}
    return {"Type": "AWS::RDS::DBSubnetGroup", "Properties": properties}


ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": LAMBDA_TRUST}}
NETWORK = {"Vpc": vpc(), "One": subnet(0), "Two": subnet(1, "us-east-1b"), "Group": group()}
ONE, TWO = {"Ref": "One"}, {"Ref": "Two"}


def test_what_is_right_is_made(stack):
    """Without it, each of the others could fail for another reason than its own."""
    resources = {
        **NETWORK,
        "Rule": rule(),
        "Other": rule(5433),
        "Endpoint": endpoint(),
        "Subnets": subnet_group(ONE, TWO),
    }
    assert stack.deploy(resources) == "CREATE_COMPLETE", stack.reasons()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"Wrong": subnet(2, vpc_id=f"vpc-{NOT_THERE}")}, f"vpc-{NOT_THERE}"),
        ({"Wrong": group(f"vpc-{NOT_THERE}")}, f"vpc-{NOT_THERE}"),
        ({"Wrong": rule(GroupId=f"sg-{NOT_THERE}")}, f"sg-{NOT_THERE}"),
        (
            {"Wrong": rule(SourceSecurityGroupId=f"sg-{NOT_THERE}")},
            f"sg-{NOT_THERE}",
        ),
        (
            {
                "Wrong": group(
                    SecurityGroupEgress=[
                        {
                            "IpProtocol": "tcp",
                            "FromPort": 443,
                            "ToPort": 443,
                            "DestinationSecurityGroupId": f"sg-{NOT_THERE}",
                        }
                    ]
                )
            },
            f"sg-{NOT_THERE}",
        ),
        ({"Wrong": endpoint(VpcId=f"vpc-{NOT_THERE}")}, f"vpc-{NOT_THERE}"),
        (
            {"Wrong": endpoint(SubnetIds=[f"subnet-{NOT_THERE}"])},
            f"subnet-{NOT_THERE}",
        ),
        (
            {"Wrong": endpoint(SecurityGroupIds=[f"sg-{NOT_THERE}"])},
            f"sg-{NOT_THERE}",
        ),
        (
            {"Role": ROLE, "Wrong": function(SubnetIds=[f"subnet-{NOT_THERE}"])},
            f"subnet-{NOT_THERE}",
        ),
        (
            {"Role": ROLE, "Wrong": function(SecurityGroupIds=[f"sg-{NOT_THERE}"])},
            f"sg-{NOT_THERE}",
        ),
        ({"Wrong": subnet_group(ONE, f"subnet-{NOT_THERE}")}, f"subnet-{NOT_THERE}"),
    ],
    ids=[
        "subnet in no VPC",
        "group in no VPC",
        "rule of no group",
        "rule for no group",
        "way out to no group",
        "endpoint in no VPC",
        "endpoint in no subnet",
        "endpoint with no group",
        "function in no subnet",
        "function with no group",
        "subnet group of no subnet",
    ],
)
def test_an_id_of_nothing_is_refused(stack, wrong, told):
    assert stack.deploy({**NETWORK, **wrong}) == "ROLLBACK_COMPLETE"
    [reason] = [each for each in stack.reasons() if "cancelled" not in each]
    assert told in reason
    assert "does not exist" in reason


def test_a_rule_that_a_security_group_has_already_is_refused(stack):
    again = {**rule(), "DependsOn": "Rule"}
    assert stack.deploy({**NETWORK, "Rule": rule(), "Again": again}) == "ROLLBACK_COMPLETE"
    assert any("already exists" in reason for reason in stack.reasons()), stack.reasons()


def test_a_second_endpoint_with_private_names_is_refused_and_one_without_is_not(stack):
    second = {**endpoint(PrivateDnsEnabled=False), "DependsOn": "First"}
    resources = {**NETWORK, "First": endpoint(), "Second": second}
    assert stack.deploy(resources) == "CREATE_COMPLETE", stack.reasons()
    third = {**endpoint(), "DependsOn": "First"}
    assert stack.deploy({**resources, "Third": third}) == "UPDATE_ROLLBACK_COMPLETE"
    [reason] = stack.reasons()
    assert "private-dns-enabled cannot be set" in reason
    assert "secretsmanager.us-east-1.amazonaws.com" in reason


def test_a_subnet_group_in_one_zone_is_refused(stack):
    resources = {**NETWORK, "Third": subnet(2), "Subnets": subnet_group(ONE, {"Ref": "Third"})}
    assert stack.deploy(resources) == "ROLLBACK_COMPLETE"
    assert any("AZ coverage" in reason for reason in stack.reasons()), stack.reasons()


def test_a_role_whose_name_is_too_long_is_refused(stack):
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"RoleName": "r" * 65, "AssumeRolePolicyDocument": LAMBDA_TRUST},
    }
    assert stack.deploy({"Role": role}) == "ROLLBACK_COMPLETE"
    assert any("is too long" in reason for reason in stack.reasons()), stack.reasons()


def egress(aws, stack):
    found = aws.client("ec2").describe_security_groups(
        Filters=[{"Name": "description", "Values": [stack.name]}]
    )["SecurityGroups"]
    ranges = [r["CidrIp"] for each in found[0]["IpPermissionsEgress"] for r in each["IpRanges"]]
    return found[0]["GroupId"], sorted(ranges)


def test_a_group_has_the_egress_rules_of_its_template_and_those_alone_and_keeps_its_id(aws, stack):
    def described(*ranges):
        rules = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": r} for r in ranges]
        more = {"GroupDescription": stack.name, "SecurityGroupEgress": rules} if ranges else {}
        return {"Vpc": vpc(), "Group": group(**{"GroupDescription": stack.name, **more})}

    assert stack.deploy(described("10.1.0.0/16", "10.2.0.0/16")) == "CREATE_COMPLETE"
    made, ranges = egress(aws, stack)
    assert ranges == ["10.1.0.0/16", "10.2.0.0/16"]
    assert stack.deploy(described("10.2.0.0/16", "10.3.0.0/16")) == "UPDATE_COMPLETE"
    assert egress(aws, stack) == (made, ["10.2.0.0/16", "10.3.0.0/16"])
    assert stack.deploy(described()) == "UPDATE_COMPLETE"
    assert egress(aws, stack) == (made, ["0.0.0.0/0"])


def test_a_rule_goes_with_its_resource(stack):
    resources = {**NETWORK, "Rule": rule()}
    assert stack.deploy(resources) == "CREATE_COMPLETE"
    assert stack.deploy(NETWORK) == "UPDATE_COMPLETE"
    assert stack.deploy({**NETWORK, "Again": rule()}) == "UPDATE_COMPLETE", stack.reasons()
