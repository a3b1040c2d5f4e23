"""Whether security groups let a connection to a service through.

https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule

_HTTPS = 443


@dataclass(frozen=True)
class End:
    """One end of a connection.

    Attributes:
        groups: Its security groups.
        networks: The ranges in which its address may be.
    """

    groups: Sequence[SecurityGroup]
    networks: Sequence[IPv4Network]

    def lets_out_to(self, target: "End") -> bool:
        """Tell whether its groups let HTTPS out to the target."""
        return any(_matches(rule, target) for group in self.groups for rule in group.egress_rules)

    def lets_in_from(self, source: "End") -> bool:
        """Tell whether its groups let HTTPS in from the source."""
        return any(_matches(rule, source) for group in self.groups for rule in group.ingress_rules)


def _matches(rule: SecurityGroupRule, other: End) -> bool:
    if rule.ip_protocol not in {"-1", "tcp"}:
        return False
    if rule.ip_protocol == "tcp" and not _has_port(rule):
        return False
    if rule.source_group:
        return rule.source_group.get("GroupId") in {group.id for group in other.groups}
    if not rule.cidr_ipv4:
        return False
    allowed = IPv4Network(rule.cidr_ipv4)
    return all(network.subnet_of(allowed) for network in other.networks)


def _has_port(rule: SecurityGroupRule) -> bool:
    return (
        rule.from_port is not None
        and rule.to_port is not None
        and (rule.from_port <= _HTTPS <= rule.to_port)
    )
