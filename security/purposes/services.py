"""What AWS's own services do in the stack's name."""

from collections.abc import Iterator

from security.calls import assume
from security.identifiers import ACCOUNT, arn
from security.intent import Intent
from security.parts import Parts

FLOW_LOGS = "vpc-flow-logs.amazonaws.com"
MONITORING = "monitoring.rds.amazonaws.com"


def purposes(parts: Parts) -> Iterator[Intent]:
    """List what flow logs and RDS's monitoring need."""
    yield from _flow_log(parts)
    yield from _monitoring(parts)


def _flow_log(parts: Parts) -> Iterator[Intent]:
    """https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html."""
    role = parts.role("NetworkFlowLogRole")
    source = arn("ec2", "vpc-flow-log/fl-0example")
    yield assume(FLOW_LOGS, role, "deliver the flow log", SourceArn=source, SourceAccount=ACCOUNT)
    group = f"log-group:/{parts.path}/flow-log"
    for action, (stream, what) in {
        "logs:CreateLogStream": ("eni-0example-all", "begin the log of an interface"),
        "logs:DescribeLogStreams": ("", "see which logs there are"),
        "logs:PutLogEvents": ("eni-0example-all", "write down a connection"),
    }.items():
        resource = arn("logs", f"{group}:log-stream:{stream}")
        yield Intent(what=what, who=role, action=action, resource=resource)


def _monitoring(parts: Parts) -> Iterator[Intent]:
    """What AmazonRDSEnhancedMonitoringRole allows, for our instance.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    """
    role = parts.role("DatabaseMonitoringRole")
    source = arn("rds", f"db:{parts.ids.stack}")
    yield assume(MONITORING, role, "deliver the metrics", SourceArn=source, SourceAccount=ACCOUNT)
    for action, (stream, what) in {
        "logs:CreateLogGroup": ("", "make the log of all instances' metrics"),
        "logs:PutRetentionPolicy": ("", "keep it for 30 days"),
        "logs:CreateLogStream": ("db-EXAMPLE", "begin the log of the instance"),
        "logs:DescribeLogStreams": ("", "see which logs there are"),
        "logs:GetLogEvents": ("db-EXAMPLE", "go on where it stopped"),
        "logs:PutLogEvents": ("db-EXAMPLE", "write the metrics down"),
    }.items():
        resource = arn("logs", f"log-group:RDSOSMetrics:log-stream:{stream}")
        yield Intent(what=what, who=role, action=action, resource=resource)
