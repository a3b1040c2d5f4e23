"""The record of the network's connections."""

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.logs import EncryptedLogGroup
from stacks.role import ServiceRole


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
