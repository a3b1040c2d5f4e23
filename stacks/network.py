"""The network: isolated subnets, two endpoints, no way in or out besides."""

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.endpoints import ResponseEndpoint, SecretsEndpoint
from stacks.logs import EncryptedLogGroup
from stacks.role import ServiceRole

ISOLATED = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
"""Where everything is: subnets without a route to the internet, in two zones."""


class Network(Construct):
    """A VPC from which nothing but the secrets and CloudFormation can be reached."""

    def __init__(self, scope: Construct, construct_id: str, *, path: str, key: kms.IKey) -> None:
        """Create the network.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            path: What the name of the flow logs begins with.
            key: Encrypts the flow logs.
        """
        super().__init__(scope, construct_id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr("10.0.0.0/24"),
            max_azs=2,
            nat_gateways=0,
            # The CDK would bring a Node.js function with wide rights; see DefaultSecurityGroup.
            restrict_default_security_group=False,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=26
                )
            ],
        )
        self.secrets_endpoint = SecretsEndpoint(self, "SecretsEndpoint", vpc=self.vpc)
        self.response_endpoint = ResponseEndpoint(self, "ResponseEndpoint", vpc=self.vpc)
        FlowLog(self, "FlowLog", vpc=self.vpc, name=f"/{path}/flow-log", key=key)

    def security_group(self, scope: Construct, *, description: str) -> ec2.SecurityGroup:
        """Create a security group from which and to which nothing is allowed yet."""
        return ec2.SecurityGroup(
            scope,
            "SecurityGroup",
            vpc=self.vpc,
            description=description,
            allow_all_outbound=False,
        )


class FlowLog(Construct):
    """A record of every connection, also of the refused ones (EC2.6).

    The CDK's own FlowLog gives the role the right to pass itself on, which the service never uses.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, vpc: ec2.Vpc, name: str, key: kms.IKey
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
                    "aws:SourceArn": stack.format_arn(service="ec2", resource="vpc-flow-log/*")
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
            log_group_name=name,
            deliver_logs_permission_arn=role.arn,
        )
        flow_log.node.add_dependency(role.policy, group)
