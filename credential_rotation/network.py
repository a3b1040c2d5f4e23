"""The network: isolated subnets, one endpoint, no way in or out besides."""

from collections.abc import Sequence

from aws_cdk import CustomResource, Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from credential_rotation.bundle import Bundle
from credential_rotation.endpoints import ISOLATED, SecretsEndpoint
from credential_rotation.functions import EncryptedLogGroup, PythonFunction
from credential_rotation.names import Names
from credential_rotation.roles import ServiceRole


class Network(Construct):
    """A VPC from which nothing but the secrets can be reached."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        zones: Sequence[str],
        key: kms.IKey,
    ) -> None:
        """Create the network.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its names begin with.
            zones: Names of its zones; two of the region's own choice if there are none.
            key: Encrypts the logs.
        """
        super().__init__(scope, construct_id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr("10.0.0.0/24"),
            availability_zones=list(zones) or None,
            max_azs=None if zones else 2,
            nat_gateways=0,
            restrict_default_security_group=False,  # the CDK's way; see DefaultSecurityGroup
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=26
                )
            ],
        )
        self.subnet_ids = self.vpc.select_subnets(subnet_type=ISOLATED.subnet_type).subnet_ids
        self.secrets_endpoint = SecretsEndpoint(self, "SecretsEndpoint", vpc=self.vpc)
        FlowLog(self, "FlowLog", vpc=self.vpc, name=f"/{names.path}/flow-log", key=key)
        DefaultSecurityGroup(
            self,
            "DefaultSecurityGroup",
            name=f"{names.prefix}-default-group",
            vpc=self.vpc,
            key=key,
        )


class FlowLog(Construct):
    """A record of every connection, also of the refused ones (EC2.6).

    The CDK's own FlowLog gives the role the right to pass itself on, which the service never uses.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc, name: str, key: kms.IKey
    ) -> None:
        """Create the flow log.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            vpc: The network to record.
            name: The log group's name.
            key: Encrypts the log group.
        """
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        group = EncryptedLogGroup(self, "LogGroup", name=name, key=key)
        role = ServiceRole(
            self,
            "Role",
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
        self, scope: Construct, construct_id: str, *, name: str, vpc: ec2.Vpc, key: kms.IKey
    ) -> None:
        """Close the group.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The function's name.
            vpc: Whose default group it is.
            key: Encrypts the function's log.
        """
        super().__init__(scope, construct_id)
        group = vpc.vpc_default_security_group
        function = PythonFunction(
            self,
            "Function",
            name=name,
            description="Removes the rules of the default security group",
            bundle=Bundle("default_security_group"),
            handler="default_security_group.handler.closed",
            key=key,
            vpc=None,  # our network has no way to EC2's API, and is to have none
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
