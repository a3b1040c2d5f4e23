"""The role with which RDS delivers the metrics of an instance's operating system."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.arns import arn_of
from stacks.role import ServiceRole

DELIVER_METRICS = (
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogStreams",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
    "logs:PutRetentionPolicy",
)
"""What RDS asks for, of the log group and its streams."""

METRICS_LOG = "RDSOSMetrics:*"
"""The group and its streams. The ending is needed for the group as well: CloudWatch Logs asks for
what is about a whole group with the ARN of a stream whose name is empty."""


class MonitoringRole(ServiceRole):
    """What AmazonRDSEnhancedMonitoringRole allows, for one instance and its one log group."""

    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html

    def __init__(self, scope: Construct, construct_id: str, *, identifier: str) -> None:
        """Create the role.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            identifier: The instance's identifier.
        """
        stack = Stack.of(scope)
        super().__init__(
            scope,
            construct_id,
            service="monitoring.rds.amazonaws.com",
            description=f"Writes the metrics of the operating system of {identifier}",
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnEquals": {"aws:SourceArn": arn_of(stack, "rds", "db", identifier)},
            },
        )
        self.allow(
            iam.PolicyStatement(
                actions=list(DELIVER_METRICS),
                resources=[arn_of(stack, "logs", "log-group", METRICS_LOG)],
            )
        )
