"""Functions in a VPC: what they reach, and what their calls look like."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.functions.deployed import DeployedFunction

from .conftest import Aws, Credentials
from .documents import ACCOUNT, ANYONE, READ, REGION, allow, document, when

HTTPS = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}]


@dataclass
class Network:
    """A VPC with an isolated subnet, a function in it, and maybe ways out."""

    aws: Aws

    def __post_init__(self) -> None:
        self.ec2 = self.aws.client("ec2")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.1.0/24")
        self.subnet = subnet["Subnet"]["SubnetId"]
        self.group = self.closed_group()
        self.endpoints_group = self.closed_group()
        self.function = DeployedFunction(
            arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f",
            name="f",
            version="$LATEST",
            account=ACCOUNT,
            region=REGION,
            runtime="python3.11",
            handler="a.b",
            role="",
            timeout=3,
            memory=128,
            log_group="/aws/lambda/f",
            environment={},
            subnets=(self.subnet,),
            security_groups=(self.group,),
            code_sha256="",
            code=b"",
        )

    def closed_group(self) -> str:
        group = self.ec2.create_security_group(
            GroupName=uuid.uuid4().hex, Description="-", VpcId=self.vpc
        )["GroupId"]
        every = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        self.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=every)
        return str(group)

    def let_out(self, **target: Any) -> None:
        self.ec2.authorize_security_group_egress(
            GroupId=self.group, IpPermissions=[HTTPS[0] | target]
        )

    def let_in(self, **source: Any) -> None:
        self.ec2.authorize_security_group_ingress(
            GroupId=self.endpoints_group, IpPermissions=[HTTPS[0] | source]
        )

    def endpoint(self, service: str = "secretsmanager", **more: Any) -> str:
        made = self.ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            ServiceName=f"com.amazonaws.{REGION}.{service}",
            VpcEndpointType="Interface",
            SubnetIds=[self.subnet],
            SecurityGroupIds=[self.endpoints_group],
            **({"PrivateDnsEnabled": True} | more),
        )
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def open_endpoint(self, **more: Any) -> str:
        """An endpoint that the security groups let the function reach."""
        self.let_out(UserIdGroupPairs=[{"GroupId": self.endpoints_group}])
        self.let_in(UserIdGroupPairs=[{"GroupId": self.group}])
        return self.endpoint(**more)

    def code(self, *statements: dict[str, Any]) -> Credentials:
        """What the function's code holds."""
        return self.aws.session(*statements, function=self.function)


@pytest.fixture
def network(aws: Aws) -> Network:
    return Network(aws)


@pytest.fixture
def read(aws: Aws) -> Callable[[Credentials], str]:
    """Read a secret with the function's credentials."""
    secret = aws.client("secretsmanager").create_secret(Name=uuid.uuid4().hex, SecretString="one")

    def read(who: Credentials) -> str:
        client = aws.client("secretsmanager", who)
        return str(client.get_secret_value(SecretId=secret["ARN"])["SecretString"])

    return read


Read = Callable[[Credentials], str]


def test_a_function_calls_through_the_endpoint(network: Network, read: Read) -> None:
    endpoint = network.open_endpoint()
    condition = {
        "Condition": {
            "StringEquals": {"aws:SourceVpc": network.vpc, "aws:SourceVpce": endpoint},
            "ArnEquals": {"lambda:SourceFunctionArn": network.function.arn},
            "Null": {"aws:SourceIp": "true"},
        }
    }
    assert read(network.code(allow(READ, **condition))) == "one"


def test_a_service_without_an_endpoint_is_refused_at_once(network: Network, aws: Aws) -> None:
    network.open_endpoint()
    code = network.code(allow("*"))
    with pytest.raises(ClientError) as refused:
        aws.client("kms", code).list_keys()
    assert refused.value.response["Error"]["Message"] == (
        f"f cannot reach kms: {network.vpc} has neither an endpoint for it nor a way out. "
        "On AWS this call would hang until it times out; give it a way to kms, "
        "or don't call it"
    )
    (entry,) = aws.decisions()
    assert (entry["verdict"], entry["layer"], entry["action"]) == (
        "refused",
        "network",
        "kms:ListKeys",
    )


def test_the_endpoints_policy_counts(network: Network, read: Read, aws: Aws) -> None:
    other = allow(READ, **ANYONE, **when("StringEquals", "aws:PrincipalAccount", "210987654321"))
    network.open_endpoint(PolicyDocument=json.dumps(document(other)))
    with pytest.raises(ClientError, match="because no VPC endpoint policy allows"):
        read(network.code(allow(READ)))
    assert aws.decisions()[-1]["layer"] == "VPC endpoint policy"


def test_the_endpoints_policy_does_not_count_for_what_the_service_does(
    network: Network, aws: Aws
) -> None:
    network.open_endpoint(PolicyDocument=json.dumps(document(allow("secretsmanager:*", **ANYONE))))
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    secret = aws.client("secretsmanager").create_secret(
        Name=uuid.uuid4().hex, SecretString="one", KmsKeyId=key
    )["ARN"]
    not_from_the_vpc = when("Null", "aws:SourceVpce", "true")
    code = network.code(allow(READ), allow("kms:Decrypt", key, **not_from_the_vpc))
    assert aws.client("secretsmanager", code).get_secret_value(SecretId=secret)


def test_an_endpoint_without_private_dns_is_no_way(network: Network, read: Read) -> None:
    network.open_endpoint(PrivateDnsEnabled=False)
    with pytest.raises(ClientError, match="has neither an endpoint for it nor a way out"):
        read(network.code(allow(READ)))


def test_an_endpoint_of_another_network_is_no_way(network: Network, read: Read, aws: Aws) -> None:
    Network(aws).open_endpoint()
    with pytest.raises(ClientError, match="has neither an endpoint for it nor a way out"):
        read(network.code(allow(READ)))


def test_the_functions_security_group_must_let_the_call_out(network: Network, read: Read) -> None:
    network.let_in(UserIdGroupPairs=[{"GroupId": network.group}])
    endpoint = network.endpoint()
    with pytest.raises(ClientError, match=f"its security groups let no HTTPS out to {endpoint}"):
        read(network.code(allow(READ)))


def test_the_endpoints_security_group_must_let_the_call_in(network: Network, read: Read) -> None:
    network.let_out(UserIdGroupPairs=[{"GroupId": network.endpoints_group}])
    endpoint = network.endpoint()
    with pytest.raises(ClientError, match=f"the security groups of {endpoint} let no HTTPS in"):
        read(network.code(allow(READ)))


@pytest.mark.parametrize(
    ("out", "into", "reached"),
    [
        ("10.0.0.0/16", "10.0.1.0/24", True),
        ("0.0.0.0/0", "0.0.0.0/0", True),
        ("10.9.0.0/16", "10.0.1.0/24", False),
        ("10.0.0.0/16", "10.0.1.0/25", False),
    ],
)
def test_rules_may_name_addresses(
    network: Network, read: Read, out: str, into: str, *, reached: bool
) -> None:
    network.let_out(IpRanges=[{"CidrIp": out}])
    network.let_in(IpRanges=[{"CidrIp": into}])
    network.endpoint()
    if reached:
        assert read(network.code(allow(READ))) == "one"
    else:
        with pytest.raises(ClientError, match="let no HTTPS"):
            read(network.code(allow(READ)))


@pytest.mark.parametrize("rule", [{"FromPort": 5432, "ToPort": 5432}, {"IpProtocol": "udp"}])
def test_another_port_or_protocol_is_not_enough(
    network: Network, read: Read, rule: dict[str, Any]
) -> None:
    network.let_in(UserIdGroupPairs=[{"GroupId": network.group}])
    network.let_out(**rule, IpRanges=[{"CidrIp": "0.0.0.0/0"}])
    network.endpoint()
    with pytest.raises(ClientError, match="let no HTTPS out"):
        read(network.code(allow(READ)))


def test_a_gateway_endpoint_serves_the_subnets_whose_route_table_names_it(
    network: Network, aws: Aws
) -> None:
    bucket = uuid.uuid4().hex
    location = {"LocationConstraint": REGION}
    aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
    aws.client("s3").put_object(Bucket=bucket, Key="k", Body=b"one")
    network.let_out(IpRanges=[{"CidrIp": "0.0.0.0/0"}])
    made = network.ec2.create_vpc_endpoint(
        VpcId=network.vpc, ServiceName=f"com.amazonaws.{REGION}.s3", VpcEndpointType="Gateway"
    )
    gateway = made["VpcEndpoint"]["VpcEndpointId"]
    through = when("StringEquals", "aws:SourceVpce", gateway)
    client = aws.client("s3", network.code(allow("s3:GetObject", **through)))
    with pytest.raises(ClientError, match="has neither an endpoint for it nor a way out"):
        client.get_object(Bucket=bucket, Key="k")
    tables = network.ec2.describe_route_tables(
        Filters=[{"Name": "vpc-id", "Values": [network.vpc]}]
    )["RouteTables"]
    network.ec2.modify_vpc_endpoint(
        VpcEndpointId=gateway, AddRouteTableIds=[tables[0]["RouteTableId"]]
    )
    assert client.get_object(Bucket=bucket, Key="k")["Body"].read() == b"one"


def test_a_nat_gateway_is_a_way_out_and_an_internet_gateway_is_none(
    network: Network, read: Read
) -> None:
    network.let_out(IpRanges=[{"CidrIp": "0.0.0.0/0"}])
    ec2 = network.ec2
    table = ec2.create_route_table(VpcId=network.vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=network.subnet)
    internet = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=internet, VpcId=network.vpc)
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    ec2.create_route(**route, GatewayId=internet)
    with pytest.raises(ClientError, match="has neither an endpoint for it nor a way out"):
        read(network.code(allow(READ)))
    ec2.delete_route(**route)
    nat = ec2.create_nat_gateway(SubnetId=network.subnet)["NatGateway"]["NatGatewayId"]
    ec2.create_route(**route, NatGatewayId=nat)
    assert read(network.code(allow(READ, **when("Null", "aws:SourceVpc", "true")))) == "one"


def test_what_lambda_itself_does_with_the_role_does_not_come_from_the_vpc(
    network: Network, aws: Aws
) -> None:
    lambdas = aws.session(
        allow("logs:CreateLogGroup", **when("Null", "lambda:SourceFunctionArn", "true"))
    )
    aws.client("logs", lambdas).create_log_group(logGroupName=f"/{network.vpc}")
