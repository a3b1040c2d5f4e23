"""A stack deleted: each resource after those that need it, and the stack stays if one is left.

moto deletes in any order until nothing changes any more, has no events for it, and forgets a stack
whose deletion failed.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Event, Stack
from moto.cloudformation.parsing import ResourceMap
from moto.ec2.models import EC2Backend, ec2_backends
from moto.iam.models import Group, ManagedPolicy, Role, User, iam_backends

from local.aws.cloudformation.dependencies import creation_order
from local.aws.patch import replace

_log = logging.getLogger(__name__)
_KEEP = {"Retain", "RetainExceptOnCreate"}
_PARTITION = "aws"


def delete_resource(resource_map: ResourceMap, resource: Any, definition: dict[str, Any]) -> None:  # noqa: ANN401 - moto's classes have nothing in common
    """Delete a resource of a stack; moto keeps those of some types without a word.

    Args:
        resource_map: The stack's.
        resource: What moto made.
        definition: What the template says of it.
    """
    own = _DELETIONS.get(definition["Type"])
    if own:
        own(resource, ec2_backends[resource_map._account_id][resource_map._region_name])  # noqa: SLF001 - moto has no accessor
    else:
        resource_map._delete_resource(resource, definition)  # noqa: SLF001 - likewise


def _managed_policy(policy: ManagedPolicy, _: EC2Backend) -> None:
    service = iam_backends[policy.account_id][_PARTITION]
    holders: list[Role | User | Group] = [
        *service.roles.values(),
        *service.users.values(),
        *service.groups.values(),
    ]
    for holder in holders:
        if policy.arn in holder.managed_policies:
            policy.detach_from(holder)
    service.delete_policy(policy.arn)


def _association(association: Any, service: EC2Backend) -> None:  # noqa: ANN401 - see above
    table = service.get_route_table(association.route_table_id)
    for known, subnet in list(table._associations.items()):  # noqa: SLF001 - no accessor
        if subnet == association.subnet_id:
            service.disassociate_route_table(known)


_DELETIONS: Mapping[str, Callable[[Any, EC2Backend], object]] = {
    "AWS::EC2::FlowLog": lambda each, service: service.delete_flow_logs([each.id]),
    "AWS::EC2::RouteTable": lambda each, service: service.delete_route_table(each.id),
    "AWS::EC2::SubnetRouteTableAssociation": _association,
    "AWS::EC2::VPCEndpoint": lambda each, service: service.delete_vpc_endpoints([each.id]),
    "AWS::IAM::ManagedPolicy": _managed_policy,
}


class Deletion:
    """Deletes what a stack has made.

    Args:
        stack: The stack.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._map = stack.resource_map
        self._definitions: dict[str, Any] = dict(self._map._resource_json_map)  # noqa: SLF001 - moto has no accessor

    def run(self) -> bool:
        """Delete it all, as far as that can be done; the stack's status and events tell.

        Returns:
            Whether nothing is left but what the template keeps.
        """
        self._tell("DELETE_IN_PROGRESS", "User Initiated")
        failed = [each for each in reversed(creation_order(self._definitions)) if self._left(each)]
        reason = f"The following resource(s) failed to delete: [{', '.join(failed)}]."
        self._tell("DELETE_FAILED", reason) if failed else self._tell("DELETE_COMPLETE", None)
        return not failed

    def _left(self, logical_id: str) -> bool:
        """Delete one resource; tell whether it is still there, against the template's will."""
        made, definition = self._map._parsed_resources, self._definitions[logical_id]  # noqa: SLF001 - likewise
        resource = made.get(logical_id)
        if resource is None:
            return False
        if definition.get("DeletionPolicy") in _KEEP:
            self._event(logical_id, "DELETE_SKIPPED", None)
            return False
        self._event(logical_id, "DELETE_IN_PROGRESS", None)
        try:
            delete_resource(self._map, resource, definition)
        except Exception as error:  # noqa: BLE001 - whatever it is, the resource stays
            _log.exception("deletion of %s failed", logical_id)
            self._event(logical_id, "DELETE_FAILED", str(error) or type(error).__name__)
            return True
        del made[logical_id]
        self._event(logical_id, "DELETE_COMPLETE", None)
        return False

    def _tell(self, status: str, reason: str | None) -> None:
        self._stack.status = status
        self._stack.status_reason = reason  # type: ignore[attr-defined] # moto answers it if set
        self._stack._add_stack_event(status, resource_status_reason=reason)  # noqa: SLF001 - likewise

    def _event(self, logical_id: str, status: str, reason: str | None) -> None:
        resource = self._map._parsed_resources.get(logical_id)  # noqa: SLF001 - likewise
        self._stack.events.append(
            Event(
                stack_id=self._stack.stack_id,
                stack_name=self._stack.name,
                logical_resource_id=logical_id,
                physical_resource_id=str(getattr(resource, "physical_resource_id", "") or ""),
                resource_type=self._definitions[logical_id]["Type"],
                resource_status=status,
                resource_status_reason=reason,
                resource_properties=None,
            )
        )


def install() -> None:
    """Delete stacks by `Deletion`."""

    def delete_stack(self: CloudFormationBackend, name_or_stack_id: str) -> None:
        found = [
            each for each in self.stacks.values() if name_or_stack_id in {each.name, each.stack_id}
        ]
        for stack in found:
            if stack.enable_termination_protection:
                raise ValidationError(
                    message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection "
                    "is enabled"
                )
            exports = [each.name for each in stack.exports]
            if Deletion(stack).run():
                self.deleted_stacks[stack.stack_id] = self.stacks.pop(stack.stack_id)
                for name in exports:
                    self.exports.pop(name, None)

    replace(CloudFormationBackend, "delete_stack", delete_stack)
