"""How resources are deleted that moto makes and does not delete, or not with their protection."""

from collections.abc import Callable
from typing import Any

from moto.cloudformation import parsing
from moto.ec2.models import EC2Backend, ec2_backends
from moto.iam.models import Role, iam_backends

from local.identity.roles import detach_all

_Remove = Callable[[Any, dict[str, Any], str, str], None]


def remove(resource: Any, definition: dict[str, Any], resources: parsing.ResourceMap) -> None:  # noqa: ANN401 - an object of moto
    """Delete a resource.

    Args:
        resource: moto's object.
        definition: Its definition, with the properties resolved.
        resources: The map of its stack.

    Raises:
        Exception: It can't be deleted, or is protected: moto's own errors.
    """
    account, region = str(resources["AWS::AccountId"]), str(resources["AWS::Region"])
    if isinstance(resource, Role):
        detach_all(resource)
    if own := _REMOVALS.get(definition["Type"]):
        own(resource, definition["Properties"], account, region)
    else:
        resources._delete_resource(resource, definition)  # noqa: SLF001 - no accessor


def _ec2(account: str, region: str) -> EC2Backend:
    return ec2_backends[account][region]


def _association(resource: Any, properties: dict[str, Any], account: str, region: str) -> None:  # noqa: ANN401 - an object of moto
    del properties
    table = _ec2(account, region).get_route_table(resource.route_table_id)
    for association_id, subnet in list(table._associations.items()):  # noqa: SLF001 - no accessor
        if subnet == resource.subnet_id:
            _ec2(account, region).disassociate_route_table(association_id)


def _endpoint(resource: Any, properties: dict[str, Any], account: str, region: str) -> None:  # noqa: ANN401 - an object of moto
    del properties
    _ec2(account, region).delete_vpc_endpoints([resource.physical_resource_id])


def _flow_log(resource: Any, properties: dict[str, Any], account: str, region: str) -> None:  # noqa: ANN401 - an object of moto
    del properties
    _ec2(account, region).delete_flow_logs([resource.physical_resource_id])


def _managed_policy(resource: Any, properties: dict[str, Any], account: str, region: str) -> None:  # noqa: ANN401 - an object of moto
    del properties, region
    backend = iam_backends[account]["aws"]
    holders: list[Any] = [
        *backend.roles.values(),
        *backend.users.values(),
        *backend.groups.values(),
    ]
    for holder in holders:
        if resource.arn in holder.managed_policies:
            resource.detach_from(holder)
    backend.delete_policy(resource.arn)


def _route_table(resource: Any, properties: dict[str, Any], account: str, region: str) -> None:  # noqa: ANN401 - an object of moto
    del properties
    _ec2(account, region).delete_route_table(resource.physical_resource_id)


def _permission(resource: Any, properties: dict[str, Any], account: str, region: str) -> None:  # noqa: ANN401 - an object of moto
    del properties, account, region
    policy, statement = resource.given
    policy.statements = [each for each in policy.statements if each is not statement]


_REMOVALS: dict[str, _Remove] = {
    "AWS::EC2::FlowLog": _flow_log,
    "AWS::EC2::RouteTable": _route_table,
    "AWS::EC2::SubnetRouteTableAssociation": _association,
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::IAM::ManagedPolicy": _managed_policy,
    "AWS::Lambda::Permission": _permission,
}
