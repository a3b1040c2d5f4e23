"""What Lambda does with every function's role."""

from collections.abc import Iterator

from security.calls import assume
from security.identifiers import REGION, arn
from security.intent import Intent
from security.parts import Parts
from security.principals import Principal

_STREAM = "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef"
_INTERFACE = arn("ec2", "network-interface/eni-0example")

_NETWORK = {
    "ec2:AssignPrivateIpAddresses": (_INTERFACE, "give the interface an address"),
    "ec2:CreateNetworkInterface": (
        arn("ec2", "network-interface/*"),
        "make the interface in the network",
    ),
    "ec2:DeleteNetworkInterface": (_INTERFACE, "remove the interface"),
    "ec2:DescribeNetworkInterfaces": ("*", "see whether the interface is there"),
    "ec2:DescribeSubnets": ("*", "see whether the subnet has room"),
    "ec2:UnassignPrivateIpAddresses": (_INTERFACE, "take the address back"),
}
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html, required permissions."""


def purposes(parts: Parts, name: str) -> Iterator[Intent]:
    """List what Lambda needs to run a function.

    Args:
        parts: Of the deployment.
        name: The function's name, without the stack's.
    """
    code = parts.function(name)
    yield assume("lambda.amazonaws.com", code, f"run {name}")
    lambda_ = code.as_service_of("Lambda")
    yield from _logs(lambda_, f"/aws/lambda/{code.code_of.rpartition(':')[2]}")
    yield from _traces(lambda_)
    if parts.in_subnets(name):
        for action, (resource, what) in _NETWORK.items():
            yield Intent(
                what=what,
                who=lambda_,
                action=action,
                resource=resource,
                context={"ec2:Region": REGION},
            )


def _logs(lambda_: Principal, group: str) -> Iterator[Intent]:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html."""
    stream = arn("logs", f"log-group:{group}:log-stream:{_STREAM}")
    for action, what in {
        "logs:CreateLogStream": "begin the log of an instance of the function",
        "logs:PutLogEvents": "write the log, with the metrics in it",
    }.items():
        yield Intent(what=what, who=lambda_, action=action, resource=stream)


def _traces(lambda_: Principal) -> Iterator[Intent]:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html."""
    for action, what in {
        "xray:PutTelemetryRecords": "report how tracing does",
        "xray:PutTraceSegments": "trace an invocation",
    }.items():
        yield Intent(what=what, who=lambda_, action=action, resource="*")
