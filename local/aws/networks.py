"""What EC2, RDS and Lambda refuse about networks, and moto lets through."""

from collections.abc import Callable, Iterable
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend
from moto.ec2.exceptions import (
    EC2ClientError,
    InvalidSecurityGroupNotFoundError,
    InvalidSubnetIdError,
)
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupBackend
from moto.ec2.models.vpcs import VPCBackend, VPCEndPoint
from moto.rds.exceptions import InvalidParameterValue, RDSClientError
from moto.rds.models import DBInstance, DBSubnetGroup, RDSBackend

from local.moto_patch import wrap

_Act = Callable[..., Any]
_ZONES = 2


class ConflictingNamesError(EC2ClientError):
    """The private names of an endpoint lead to another one already."""

    def __init__(self, name: str, vpc: str) -> None:
        super().__init__(
            "InvalidParameter",
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain "
            f"for {name} in the VPC {vpc}",
        )


class TooFewZonesError(RDSClientError):
    """The subnets of a group are in one zone."""

    def __init__(self, zones: Iterable[str]) -> None:
        super().__init__(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current "
            f"AZ coverage: {', '.join(zones)}. Add subnets to cover at least {_ZONES} AZs.",
        )


def _endpoint(act: _Act) -> _Act:
    """Refuse an endpoint with a group that is none, or with names that another one has."""

    def create_vpc_endpoint(self: Any, vpc_id: str, service_name: str, **more: Any) -> VPCEndPoint:  # noqa: ANN401 - moto's
        _check_groups(self, more.get("security_group_ids") or [])
        if _is_true(more.get("private_dns_enabled")):
            for other in self.vpc_end_points.values():
                if (
                    other.vpc_id == vpc_id
                    and other.service_name == service_name
                    and _is_true(other.private_dns_enabled)
                ):
                    *_, region, service = service_name.split(".")
                    raise ConflictingNamesError(f"{service}.{region}.amazonaws.com", vpc_id)
        endpoint: VPCEndPoint = act(self, vpc_id=vpc_id, service_name=service_name, **more)
        return endpoint

    return create_vpc_endpoint


def _group(act: _Act) -> _Act:
    """Refuse a group in a VPC that is none."""

    def create_security_group(
        self: Any,  # noqa: ANN401 - moto's
        name: str,
        description: str,
        vpc_id: str | None = None,
        **more: Any,  # noqa: ANN401 - likewise
    ) -> SecurityGroup:
        if vpc_id:
            self.get_vpc(vpc_id)
        group: SecurityGroup = act(self, name, description, vpc_id=vpc_id, **more)
        return group

    return create_security_group


def _function(act: _Act) -> _Act:
    """Refuse a function in a subnet, or with a group, that is none."""

    def act_checked(self: LambdaBackend, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - moto's
        spec = next((each for each in (*arguments, *named.values()) if isinstance(each, dict)), {})
        placement = spec.get("VpcConfig") or {}
        ec2 = ec2_backends[self.account_id][self.region_name]
        try:
            for subnet in placement.get("SubnetIds") or []:
                _check_subnet(ec2, subnet)
        except InvalidSubnetIdError as error:
            raise _told("DescribeSubnets", error) from error
        try:
            _check_groups(ec2, placement.get("SecurityGroupIds") or [])
        except InvalidSecurityGroupNotFoundError as error:
            raise _told("DescribeSecurityGroups", error) from error
        return act(self, *arguments, **named)

    return act_checked


def _told(call: str, error: EC2ClientError) -> InvalidParameterValueException:
    return InvalidParameterValueException(
        f"Error occurred while {call}. EC2 Error Code: {error.code}. EC2 Error Message: "
        f"{error.message}"
    )


def _subnet_group(act: _Act) -> _Act:
    """Refuse a subnet group in one zone."""

    def create_subnet_group(
        self: RDSBackend,
        subnet_name: str,
        description: str,
        subnets: list[Any],
        tags: Any,  # noqa: ANN401 - moto's
    ) -> DBSubnetGroup:
        zones = sorted({subnet.availability_zone for subnet in subnets})
        if len(zones) < _ZONES:
            raise TooFewZonesError(zones)
        group: DBSubnetGroup = act(self, subnet_name, description, subnets, tags)
        return group

    return create_subnet_group


def _instance(act: _Act) -> _Act:
    """Refuse an instance with a security group that is none."""

    def create_db_instance(self: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
        ec2 = ec2_backends[self.account_id][self.region_name]
        for group in db_kwargs.get("vpc_security_group_ids") or []:
            if ec2.get_security_group_from_id(group) is None:
                raise InvalidParameterValue(f"Invalid security group , groupId= {group}")
        instance: DBInstance = act(self, db_kwargs)
        return instance

    return create_db_instance


def _check_subnet(ec2: EC2Backend, subnet: str) -> None:
    ec2.get_subnet(subnet)


def _check_groups(ec2: EC2Backend, groups: Iterable[str]) -> None:
    for group in groups:
        if ec2.get_security_group_from_id(group) is None:
            raise InvalidSecurityGroupNotFoundError(group)


def _is_true(value: object) -> bool:
    """Templates may say a truth as a text."""
    return str(value).lower() == "true"


def install() -> None:
    """Refuse what AWS refuses."""
    wrap(VPCBackend, "create_vpc_endpoint", _endpoint)
    wrap(SecurityGroupBackend, "create_security_group", _group)
    wrap(LambdaBackend, "create_function", _function)
    wrap(LambdaBackend, "update_function_configuration", _function)
    wrap(RDSBackend, "create_subnet_group", _subnet_group)
    wrap(RDSBackend, "create_db_instance", _instance)
