"""Security groups in which nothing is open that was not opened by name."""

import re
from collections.abc import Sequence
from ipaddress import ip_network
from typing import Protocol

from aws_cdk import aws_ec2 as ec2
from constructs import Construct, IDependable

HTTPS = 443

_Egress = ec2.CfnSecurityGroup.EgressProperty
_NOWHERE = _Egress(ip_protocol="-1", cidr_ip="127.0.0.1/32", description="Nowhere")
"""EC2 opens a group to everywhere that is created without any egress rule."""


class SecurityGroup(Construct):
    """A security group that lets nothing in and nothing out until something is opened.

    The L1, because the L2 takes its egress rules out of the group as soon as one names another
    group, which leaves EC2 to add its own: everything to everywhere. Here egress rules stay in the
    group that they are about, and ingress rules, which point back, are resources of their own.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc, description: str
    ) -> None:
        """Create the group.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            vpc: The network it is in.
            description: Whose group it is.
        """
        super().__init__(scope, construct_id)
        self._egress: list[ec2.CfnSecurityGroup.EgressProperty] = []
        self._group = ec2.CfnSecurityGroup(
            self,
            "Group",
            group_description=description,
            vpc_id=vpc.vpc_id,
            security_group_egress=[_NOWHERE],
        )
        self.group_id = self._group.attr_group_id
        self.group: ec2.ISecurityGroup = ec2.SecurityGroup.from_security_group_id(
            self, "Fixed", self.group_id, mutable=False
        )

    def open_to(
        self, group_id: str, *, port: int, description: str, admitted: bool = False
    ) -> Sequence[IDependable]:
        """Open one TCP port of another group to this one, in both.

        Args:
            group_id: Id of the other group. It may be of another stack or somebody else's: its
                rule belongs to this one's stack, so that the other never has to know this one.
            port: Which port.
            description: What is there.
            admitted: Whether somebody else sees to the rule in the other group.

        Returns:
            What has to exist before a connection succeeds.
        """
        self._add(
            _Egress(
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                destination_security_group_id=group_id,
                description=description,
            )
        )
        if admitted:
            return ()
        rule = ec2.CfnSecurityGroupIngress(
            self,
            f"To{re.sub('[^0-9A-Za-z]', '', description)}",
            group_id=group_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            source_security_group_id=self.group_id,
            description=description,
        )
        return (rule,)

    def open_to_any_address(self, *, port: int, description: str) -> None:
        """Open this group to one TCP port of wherever its routes lead."""
        self._add(
            _Egress(
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                cidr_ip="0.0.0.0/0",
                description=description,
            )
        )

    def _add(self, rule: ec2.CfnSecurityGroup.EgressProperty) -> None:
        self._egress.append(rule)
        self._group.security_group_egress = [*self._egress]


class Member(Protocol):
    """A security group that a function may be in.

    Attributes:
        group: As the CDK's own constructs get it: they cannot add anything to it.
    """

    group: ec2.ISecurityGroup


class ExistingSecurityGroup(Construct):
    """A security group of somebody else's, whose rules stay as they are.

    Attributes:
        group: See `Member`.
    """

    def __init__(self, scope: Construct, construct_id: str, group_id: str) -> None:
        """Refer to the group.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            group_id: Its id.
        """
        super().__init__(scope, construct_id)
        self.group: ec2.ISecurityGroup = ec2.SecurityGroup.from_security_group_id(
            self, "Fixed", group_id, mutable=False
        )


def let_in(scope: Construct, client: str, *, group_id: str, port: int, description: str) -> None:
    """Open one TCP port of a group to somebody else's security group, or to a range of addresses.

    Once, however many databases name the client: EC2 refuses the same rule a second time.

    Args:
        scope: The parent of the rule, which opens this group and no other.
        client: Id of the group, or the range as a CIDR block.
        group_id: Which group is opened.
        port: Which port.
        description: What is there.
    """
    construct_id = f"FromClient{re.sub('[^0-9A-Za-z]', '-', client)}"
    if scope.node.try_find_child(construct_id):
        return
    ec2.CfnSecurityGroupIngress(
        scope,
        construct_id,
        group_id=group_id,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description=f"{description}, for a client",
        **_source(client),
    )


def _source(client: str) -> dict[str, str]:
    """The property of a rule that names the client."""
    if client.startswith("sg-"):
        return {"source_security_group_id": client}
    return {"cidr_ip" if ip_network(client).version == 4 else "cidr_ipv6": client}  # noqa: PLR2004 - IPv4
