"""The network: one of ours that leads nowhere besides Secrets Manager, or an existing one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from aws_cdk import Annotations, CustomResource, Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from credential_rotation.bundle import Bundle
from credential_rotation.endpoints import (
    ExistingSecretsEndpoint,
    NoSecretsEndpoint,
    OwnSecretsEndpoint,
    SecretsEndpoint,
)
from credential_rotation.functions import EncryptedLogGroup, PythonFunction
from credential_rotation.names import Names
from credential_rotation.roles import ServiceRole

ISOLATED = ec2.SubnetType.PRIVATE_ISOLATED


class Network(Protocol):
    """Where functions run.

    Attributes:
        vpc: The VPC.
        subnets: Its subnets that are used.
        subnet_ids: Their ids.
        secrets_endpoint: The way to Secrets Manager.
        default_security_group: Id of the VPC's default group, if we close it; else None.
    """

    vpc: ec2.IVpc
    subnets: ec2.SubnetSelection
    subnet_ids: list[str]
    secrets_endpoint: SecretsEndpoint
    default_security_group: str | None


class NewNetwork(Construct):
    """A VPC from which nothing but Secrets Manager can be reached. Attributes: see `Network`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        cidr: str,
        zones: Sequence[str],
        key: kms.IKey,
    ) -> None:
        """Create the network.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its names begin with.
            cidr: Its addresses; each of the two subnets has a quarter of them.
            zones: Names of its zones; two of the region's own choice if there are none.
            key: Encrypts the logs.
        """
        super().__init__(scope, construct_id)
        vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(cidr),
            availability_zones=list(zones) or None,
            max_azs=None if zones else 2,
            nat_gateways=0,
            restrict_default_security_group=False,  # the CDK's way; see DefaultSecurityGroup
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="Isolated",
                    subnet_type=ISOLATED,
                    cidr_mask=int(cidr.partition("/")[2]) + 2,
                )
            ],
        )
        self.vpc: ec2.IVpc = vpc
        self.subnets = ec2.SubnetSelection(subnet_type=ISOLATED)
        self.subnet_ids = vpc.select_subnets(subnet_type=ISOLATED).subnet_ids
        self.secrets_endpoint: SecretsEndpoint = OwnSecretsEndpoint(
            self, "SecretsEndpoint", vpc=vpc, subnets=self.subnets
        )
        FlowLog(self, "FlowLog", vpc=vpc, names=names, key=key)
        self.default_security_group: str | None = vpc.vpc_default_security_group
        DefaultSecurityGroup(self, "DefaultSecurityGroup", names=names, vpc=vpc, key=key)


@dataclass(frozen=True)
class Endpoint:
    """An endpoint of Secrets Manager that exists already.

    Attributes:
        id: Its id.
        security_group_id: Id of its security group.
    """

    id: str
    security_group_id: str


class ExistingNetwork(Construct):
    """A VPC of somebody else's, whose routes stay as they are. Attributes: see `Network`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc | str,
        subnets: Sequence[ec2.ISubnet | str],
        endpoint: Endpoint | bool,
    ) -> None:
        """Refer to the network.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            vpc: It, or its id.
            subnets: The subnets in which functions, and databases of ours, are to be, or their ids.
            endpoint: True for an endpoint of Secrets Manager of ours, False for none. A second
                one with private names in a VPC is refused by EC2, so name the one that exists.
        """
        super().__init__(scope, construct_id)
        self.vpc: ec2.IVpc = self._vpc(vpc) if isinstance(vpc, str) else vpc
        found = [self._subnet(each, number) for number, each in enumerate(subnets, start=1)]
        self.subnet_ids = [each.subnet_id for each in found]
        self.subnets = ec2.SubnetSelection(subnets=found)
        # Nothing here is about routes, so nobody has to name their tables.
        Annotations.of(self).acknowledge_warning("@aws-cdk/aws-ec2:noSubnetRouteTableId")
        self.default_security_group: str | None = None
        self.secrets_endpoint = self._endpoint(endpoint)

    def _vpc(self, vpc_id: str) -> ec2.IVpc:
        return ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=vpc_id,
            availability_zones=["unknown"],  # the CDK asks, and has no subnets here to put there
        )

    def _subnet(self, subnet: ec2.ISubnet | str, number: int) -> ec2.ISubnet:
        if isinstance(subnet, str):
            return ec2.Subnet.from_subnet_id(self, f"Subnet{number}", subnet)
        return subnet

    def _endpoint(self, endpoint: Endpoint | bool) -> SecretsEndpoint:  # noqa: FBT001 - of a union
        match endpoint:
            case Endpoint():
                return ExistingSecretsEndpoint(
                    self,
                    "SecretsEndpoint",
                    endpoint_id=endpoint.id,
                    security_group_id=endpoint.security_group_id,
                )
            case True:
                return OwnSecretsEndpoint(
                    self, "SecretsEndpoint", vpc=self.vpc, subnets=self.subnets
                )
            case False:
                return NoSecretsEndpoint()


class FlowLog(Construct):
    """A record of every connection, also of the refused ones (EC2.6).

    The CDK's own FlowLog gives the role the right to pass itself on, which the service never uses.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, vpc: ec2.IVpc, key: kms.IKey
    ) -> None:
        """Create the flow log.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its names begin with.
            vpc: The network to record.
            key: Encrypts the log group.
        """
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        name = f"/{names.path}/flow-log"
        group = EncryptedLogGroup(self, "LogGroup", name=name, key=key)
        role = ServiceRole(
            self,
            "Role",
            names=names,
            service="vpc-flow-logs.amazonaws.com",
            description=f"Writes the flow log {name}",
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnLike": {
                    "aws:SourceArn": stack.format_arn(
                        service="ec2", resource="vpc-flow-log", resource_name="*"
                    )
                },
            },
        )
        role.allow(
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[group.log_group_arn],
            )
        )
        flow_log = ec2.CfnFlowLog(
            self,
            "FlowLog",
            resource_id=vpc.vpc_id,
            resource_type="VPC",
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_group_name=group.log_group_name,
            deliver_logs_permission_arn=role.arn,
        )
        flow_log.node.add_dependency(role.policy)


class DefaultSecurityGroup(Construct):
    """The default security group of a VPC, without the rules that it is born with (EC2.2).

    CloudFormation cannot take a rule away that it did not make, and the CDK's own way is a Node.js
    function that may also open the group again. This function may revoke rules of this one group.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, vpc: ec2.Vpc, key: kms.IKey
    ) -> None:
        """Close the group.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What the function's name begins with.
            vpc: Whose default group it is.
            key: Encrypts the function's log.
        """
        super().__init__(scope, construct_id)
        group = vpc.vpc_default_security_group
        function = PythonFunction(
            self,
            "Function",
            names=names,
            name="default-group",
            description="Removes the rules of the default security group",
            bundle=Bundle("default_security_group"),
            handler="default_security_group.handler.closed",
            key=key,
            placement=None,  # our network has no way to EC2's API, and is to have none
            timeout=Duration.seconds(30),
        )
        function.role.allow(
            iam.PolicyStatement(
                actions=["ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"],
                resources=[
                    Stack.of(self).format_arn(
                        service="ec2", resource="security-group", resource_name=group
                    )
                ],
            )
        )
        CustomResource(
            self,
            "Closed",
            resource_type="Custom::ClosedSecurityGroup",
            service_token=function.function.function_arn,
            service_timeout=Duration.minutes(5),
            properties={"SecurityGroupId": group},
        )
