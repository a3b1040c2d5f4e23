"""What AWS's own services do in the name of what all share."""

from collections.abc import Iterator

from security.calls import assume
from security.identifiers import ACCOUNT, arn
from security.intent import Intent
from security.parts import Parts

FLOW_LOGS = "vpc-flow-logs.amazonaws.com"
FLOW_LOG_ROLE = "PlatformNetworkFlowLogRole"


def purposes(parts: Parts) -> Iterator[Intent]:
    """List what flow logs need: those of a network of ours.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """
    if parts.settings.network.vpc_id:
        return
    role = parts.role(FLOW_LOG_ROLE)
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
