"""How a call reaches its service: openly, or out of a VPC through an endpoint.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.route_tables import RouteTable
from moto.ec2.models.vpcs import VPCEndPoint

from local.functions.deployed import DeployedFunction
from local.policies.request import Policy


class Unreachable(Exception):  # noqa: N818  # nothing is wrong with the call
    """There is no way from the function to the service."""


@dataclass(frozen=True)
class Path:
    """A way to a service.

    Attributes:
        context: The condition keys that it adds to a request.
        endpoint_policy: The policy of the endpoint on the way, if there is one.
    """

    context: Mapping[str, str] = field(default_factory=dict)
    endpoint_policy: Policy | None = None


def path_to(service: str, region: str, *, function: DeployedFunction | None, address: str) -> Path:
    """Find the way of a call.

    Args:
        service: The service, as boto3 names it.
        region: Where it is called.
        function: The function whose code calls; None for every other caller.
        address: The caller's IP address.

    Raises:
        Unreachable: The function is in a VPC from which nothing leads to the service.
    """
    if function is None or not function.subnets:
        return Path({"aws:SourceIp": address})
    ec2 = ec2_backends[function.account][function.region]
    subnets = [ec2.get_subnet(subnet) for subnet in function.subnets]
    vpc = subnets[0].vpc_id
    tables = [_route_table(ec2, vpc, subnet.id) for subnet in subnets]
    endpoint = _endpoint(ec2, vpc, f".{region}.{_endpoint_name(service)}", tables)
    if endpoint:
        return Path(
            {"aws:SourceVpc": vpc, "aws:SourceVpce": endpoint.id},
            Policy.read(endpoint.id, endpoint.policy_document),
        )
    if all(_leads_out(table) for table in tables):
        return Path()
    raise Unreachable(
        f"{function.name} is in {vpc}, which has neither an endpoint for {service} nor a way out, "
        f"so on AWS this call would hang until it times out. Give the VPC an endpoint for "
        f"{service}, or don't call it"
    )


def _endpoint_name(service: str) -> str:
    return {"cloudwatch": "monitoring"}.get(service, service)


def _endpoint(
    ec2: EC2Backend, vpc: str, suffix: str, tables: list[RouteTable]
) -> VPCEndPoint | None:
    for endpoint in ec2.vpc_end_points.values():
        if endpoint.vpc_id == vpc and endpoint.service_name.endswith(suffix):
            if endpoint.vpc_endpoint_type == "Interface":
                if endpoint.private_dns_enabled:
                    return endpoint
            elif all(table.id in endpoint.route_table_ids for table in tables):
                return endpoint
    return None


def _route_table(ec2: EC2Backend, vpc: str, subnet: str) -> RouteTable:
    tables = [table for table in ec2.route_tables.values() if table.vpc_id == vpc]
    for table in tables:
        if any(each.get("SubnetId") == subnet for each in table.associations):
            return table
    return next(table for table in tables if table.main_association_id)


def _leads_out(table: RouteTable) -> bool:
    """Whether a function gets out: it has no public address, so an internet gateway is no way."""
    return any(
        route.destination_cidr_block == "0.0.0.0/0" and (route.nat_gateway or route.transit_gateway)
        for route in table.routes
    )
