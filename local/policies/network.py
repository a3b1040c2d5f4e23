"""How a call reaches its service: openly, or out of a VPC through an endpoint.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any, Final

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.route_tables import RouteTable
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPCEndPoint

from local.functions.deployed import DeployedFunction
from local.policies.request import Policy
from local.policies.security_groups import End

_INTERFACE: Final = "Interface"
# Services whose endpoints have another name than boto3 has for them.
_ENDPOINTS = {"cloudwatch": "monitoring"}
_ANYWHERE = End((), (IPv4Network("0.0.0.0/0"),))


class Unreachable(Exception):  # noqa: N818  # nothing is wrong with the call
    """There is no way from the function to the service: on AWS the call would hang."""

    def __init__(self, function: DeployedFunction, service: str, missing: str) -> None:
        super().__init__(
            f"{function.name} cannot reach {service}: {missing}. On AWS this call would hang until "
            f"it times out; give the function a way to {service}, or don't call it"
        )


@dataclass(frozen=True)
class Path:
    """A way to a service.

    Attributes:
        context: The condition keys that it adds to a request.
        endpoint_policy: The policy of the endpoint on the way, if there is one.
    """

    context: Mapping[str, str] = field(default_factory=dict)
    endpoint_policy: Policy | None = None


def path_to(
    service: str, region: str, *, function: DeployedFunction | None, environ: Mapping[str, Any]
) -> Path:
    """Find the way of a call.

    Args:
        service: The service, as boto3 names it.
        region: Where it is called.
        function: The function whose code calls; None for every other caller.
        environ: The request.

    Raises:
        Unreachable: The function is in a VPC from which nothing leads to the service.
    """
    if function is None or not function.subnets:
        return Path({"aws:SourceIp": environ["REMOTE_ADDR"]})
    return _Network(function).path_to(service, region)


class _Network:
    """What a function in a VPC finds around it."""

    def __init__(self, function: DeployedFunction) -> None:
        self._function = function
        self._ec2: EC2Backend = ec2_backends[function.account][function.region]
        self._subnets = [self._ec2.get_subnet(each) for each in function.subnets]
        self._vpc = self._subnets[0].vpc_id
        self._tables = [self._route_table(subnet) for subnet in self._subnets]
        self._here = self._end(function.security_groups, self._subnets)

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
            raise Unreachable(self._function, service, missing)
        if not self._here.lets_out_to(_ANYWHERE):
            raise Unreachable(self._function, service, "its security groups let no HTTPS out")

    def _check_rules(self, service: str, endpoint: VPCEndPoint) -> None:
        if endpoint.vpc_endpoint_type != _INTERFACE:
            if not self._here.lets_out_to(_ANYWHERE):
                raise Unreachable(self._function, service, "its security groups let no HTTPS out")
            return
        subnets = [self._ec2.get_subnet(each) for each in endpoint.subnet_ids or []]
        there = self._end(endpoint.security_group_ids, subnets)
        if not self._here.lets_out_to(there):
            missing = f"its security groups let no HTTPS out to {endpoint.id}"
            raise Unreachable(self._function, service, missing)
        if not there.lets_in_from(self._here):
            missing = f"the security groups of {endpoint.id} let no HTTPS in from it"
            raise Unreachable(self._function, service, missing)

    def _end(self, group_ids: list[str] | tuple[str, ...], subnets: list[Subnet]) -> End:
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
