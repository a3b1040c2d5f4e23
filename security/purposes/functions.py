"""What the functions do that all share."""

from collections.abc import Iterator

from security.identifiers import REGION, arn
from security.intent import Intent
from security.parts import Parts

RELAY = "custom-resources"
"""The function that answers CloudFormation for others."""


def purposes(parts: Parts) -> Iterator[Intent]:
    """List what the functions need that all share; the watch is among what notices."""
    if not parts.settings.network.vpc_id:
        yield from _close_default_group(parts)
    for maker in parts.makers():
        yield Intent(
            what="have a custom resource made, to answer CloudFormation",
            who=parts.function(RELAY),
            action="lambda:InvokeFunction",
            resource=maker.code_of,
        )


def _close_default_group(parts: Parts) -> Iterator[Intent]:
    for direction in ("Egress", "Ingress"):
        yield Intent(
            what=f"take the {direction.lower()} rule away that the group is born with",
            who=parts.function("default-group"),
            action=f"ec2:RevokeSecurityGroup{direction}",
            resource=parts.security_group(),
            context={"ec2:Region": REGION, "ec2:Vpc": arn("ec2", "vpc/vpc-0example")},
        )
