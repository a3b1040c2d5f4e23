"""Whether security groups let a connection to a service, or to a database, through.

https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any, Final, Protocol

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.route_tables import RouteTable
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPCEndPoint
from moto.rds.models import DBSubnetGroup

from local.policies.request import Policy

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

    def lets_out_to(self, target: "End", ports: Collection[int] = (_HTTPS,)) -> bool:
        """Tell whether its groups let a connection out to one of the target's TCP ports."""
        return any(
            _matches(rule, target, ports) for group in self.groups for rule in group.egress_rules
        )

    def lets_in_from(self, source: "End", ports: Collection[int] = (_HTTPS,)) -> bool:
        """Tell whether its groups let a connection in to one of its TCP ports."""
        return any(
            _matches(rule, source, ports) for group in self.groups for rule in group.ingress_rules
        )


def _matches(rule: SecurityGroupRule, other: End, ports: Collection[int]) -> bool:
    if rule.ip_protocol not in {"-1", "tcp"}:
        return False
    if rule.ip_protocol == "tcp" and not any(_has_port(rule, port) for port in ports):
        return False
    if rule.source_group:
        return rule.source_group.get("GroupId") in {group.id for group in other.groups}
    if not rule.cidr_ipv4:
        return False
    allowed = IPv4Network(rule.cidr_ipv4)
    return all(network.subnet_of(allowed) for network in other.networks)


def _has_port(rule: SecurityGroupRule, port: int) -> bool:
    return (
        rule.from_port is not None
        and rule.to_port is not None
        and (int(rule.from_port) <= port <= int(rule.to_port))
    )


_INTERFACE: Final = "Interface"
# Services whose endpoints have another name than boto3 has for them.
_ENDPOINTS = {"cloudwatch": "monitoring"}
_ANYWHERE = End((), (IPv4Network("0.0.0.0/0"),))


class Host(Protocol):
    """What calls from somewhere: a function, or an instance."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def account(self) -> str:
        """Whose it is."""

    @property
    def region(self) -> str:
        """Where it is."""

    @property
    def subnets(self) -> tuple[str, ...]:
        """Ids of its subnets; none if it is in no VPC."""

    @property
    def security_groups(self) -> tuple[str, ...]:
        """Ids of its security groups."""


class Unreachable(Exception):  # noqa: N818  # nothing is wrong with the call
    """There is no way from the host to the service: on AWS the call would hang."""

    def __init__(self, host: Host, service: str, missing: str) -> None:
        super().__init__(
            f"{host.name} cannot reach {service}: {missing}. On AWS this call would hang until "
            f"it times out; give it a way to {service}, or don't call it"
        )


@dataclass(frozen=True)
class DatabasePlace:
    """Where a database is.

    Attributes:
        name: Its identifier.
        security_groups: Ids of its security groups.
        subnets: The group of its subnets; None in the account's default VPC.
        port: Where it answers on AWS.
        has_instance: Whether anything answers: a cluster without instances only keeps data.
    """

    name: str
    security_groups: Sequence[str]
    subnets: DBSubnetGroup | None
    port: int
    has_instance: bool = True


@dataclass(frozen=True)
class Path:
    """A way to a service.

    Attributes:
        context: The condition keys that it adds to a request.
        endpoint_policy: The policy of the endpoint on the way, if there is one.
    """

    context: Mapping[str, str] = field(default_factory=dict)
    endpoint_policy: Policy | None = None


def path_to(service: str, region: str, *, host: Host | None, environ: Mapping[str, Any]) -> Path:
    """Find the way of a call.

    Args:
        service: The service, as boto3 names it.
        region: Where it is called.
        host: The function or the instance whose code calls; None for every other caller.
        environ: The request.

    Raises:
        Unreachable: The host is in a VPC from which nothing leads to the service.
    """
    if host is None or not host.subnets:
        return Path({"aws:SourceIp": environ["REMOTE_ADDR"]})
    return _Network(host).path_to(service, region)


def check_way_to(place: DatabasePlace, *, host: Host, port: int) -> None:
    """Look for a way from a host to a database.

    Args:
        place: Where the database is.
        host: The function whose code connects.
        port: Where the database answers on this machine; rules may name it, or the one on AWS.

    Raises:
        Unreachable: There is none.
    """
    if not place.has_instance:
        raise Unreachable(host, place.name, "it has no instance")
    if place.subnets is None:
        return  # of the account's default VPC nothing is known here
    if not host.subnets:
        raise Unreachable(host, place.name, "it is outside of the database's VPC")
    _Network(host).check_way_to(place, place.subnets, {port, place.port})


class _Network:
    """What a host in a VPC finds around it."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._ec2: EC2Backend = ec2_backends[host.account][host.region]
        self._subnets = [self._ec2.get_subnet(each) for each in host.subnets]
        self._vpc = self._subnets[0].vpc_id
        self._tables = [self._route_table(subnet) for subnet in self._subnets]
        self._here = self._end(host.security_groups, self._subnets)

    def path_to(self, service: str, region: str) -> Path:
        """Find the way to a service."""
        endpoint = self._endpoint(f".{region}.{_ENDPOINTS.get(service, service)}")
        if endpoint is None:
            self._check_way_out(service)
            return Path()
        self._check_rules(service, endpoint)
        return Path(
            {"aws:SourceVpc": self._vpc, "aws:SourceVpce": endpoint.id},
            Policy.read(endpoint.id, endpoint.policy_document),
        )

    def check_way_to(
        self, place: DatabasePlace, group: DBSubnetGroup, ports: Collection[int]
    ) -> None:
        """Check the rules on both sides of a connection to a database."""
        name = place.name
        subnets = [self._ec2.get_subnet(each["SubnetIdentifier"]) for each in group.subnets]
        there = self._end(place.security_groups, subnets)
        if group.vpc_id != self._vpc:
            raise Unreachable(self._host, name, f"it is in {self._vpc}, not in {group.vpc_id}")
        if not self._here.lets_out_to(there, ports):
            raise Unreachable(self._host, name, f"its security groups let nothing out to {name}")
        if not there.lets_in_from(self._here, ports):
            missing = f"the security groups of {name} let nothing in from it"
            raise Unreachable(self._host, name, missing)

    def _endpoint(self, suffix: str) -> VPCEndPoint | None:
        for endpoint in self._ec2.vpc_end_points.values():
            if endpoint.vpc_id == self._vpc and endpoint.service_name.endswith(suffix):
                if endpoint.vpc_endpoint_type == _INTERFACE:
                    # Without private DNS the service's name leads elsewhere.
                    if endpoint.private_dns_enabled:
                        return endpoint
                elif all(table.id in endpoint.route_table_ids for table in self._tables):
                    return endpoint
        return None

    def _check_way_out(self, service: str) -> None:
        if not all(_leads_out(table) for table in self._tables):
            missing = f"{self._vpc} has neither an endpoint for it nor a way out"
            raise Unreachable(self._host, service, missing)
        if not self._here.lets_out_to(_ANYWHERE):
            raise Unreachable(self._host, service, "its security groups let no HTTPS out")

    def _check_rules(self, service: str, endpoint: VPCEndPoint) -> None:
        if endpoint.vpc_endpoint_type != _INTERFACE:
            if not self._here.lets_out_to(_ANYWHERE):
                raise Unreachable(self._host, service, "its security groups let no HTTPS out")
            return
        subnets = [self._ec2.get_subnet(each) for each in endpoint.subnet_ids or []]
        there = self._end(endpoint.security_group_ids, subnets)
        if not self._here.lets_out_to(there):
            missing = f"its security groups let no HTTPS out to {endpoint.id}"
            raise Unreachable(self._host, service, missing)
        if not there.lets_in_from(self._here):
            missing = f"the security groups of {endpoint.id} let no HTTPS in from it"
            raise Unreachable(self._host, service, missing)

    def _end(self, group_ids: Sequence[str], subnets: list[Subnet]) -> End:
        groups = [self._ec2.get_security_group_from_id(each) for each in group_ids]
        networks = [IPv4Network(subnet.cidr_block) for subnet in subnets]
        return End([group for group in groups if group], networks)

    def _route_table(self, subnet: Subnet) -> RouteTable:
        tables = [each for each in self._ec2.route_tables.values() if each.vpc_id == self._vpc]
        for table in tables:
            if any(each.get("SubnetId") == subnet.id for each in table.associations):
                return table
        return next(table for table in tables if table.main_association_id)


def _leads_out(table: RouteTable) -> bool:
    """Whether a function gets out: it has no public address, so an internet gateway is no way."""
    return any(
        route.destination_cidr_block == "0.0.0.0/0" and (route.nat_gateway or route.transit_gateway)
        for route in table.routes
    )
