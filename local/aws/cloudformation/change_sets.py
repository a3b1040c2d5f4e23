"""Change sets: checked before, carried out whole or failed with a reason."""

import json
import logging
import threading
from collections.abc import Callable
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult

from local.aws import quotas
from local.aws.cloudformation.deployment import StackDeployment
from local.aws.cloudformation.live import LiveStack, failed_to_delete
from local.aws.cloudformation.types import unknown_types
from local.moto_patch import add, replace

_log = logging.getLogger(__name__)

_ANSWERED_WITHIN = 20.0
"""Seconds until a deployment or a deletion is answered.

AWS does not wait; but a client that is told when all is done need not ask again, and one that waits
for a minute would call again.
"""


class ChangeSetNotFoundError(ServiceException):
    """There is no such change set (any more)."""

    code = "ChangeSetNotFound"

    def __init__(self, name: str) -> None:
        super().__init__(f"ChangeSet [{name}] does not exist")


class AlreadyExistsError(ServiceException):
    """There is a stack of this name already."""

    code = "AlreadyExistsException"


_UNCHANGEABLE = {
    "CREATE_FAILED",
    "DELETE_FAILED",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_FAILED",
}
"""In these states a stack can only be deleted, or, rolled back half, be continued by hand."""


def refuse_what_can_not_be() -> None:
    """Refuse a template with too much, or with a resource type that is on no list.

    moto skips such resources. It also makes a second stack of a name that is taken, and updates one
    that could only be deleted.
    """
    create = CloudFormationBackend.create_change_set

    def create_change_set(
        self: CloudFormationBackend,
        **arguments: Any,  # noqa: ANN401 - moto's, passed on
    ) -> tuple[str, str]:
        _refuse_by_state(self, arguments)
        template = Stack.parse_template(arguments["template"])
        quotas.check_template(arguments["template"], template)
        _refuse_other_types(self, arguments["stack_name"], template["Resources"])
        unknown = unknown_types(template["Resources"])
        if unknown:
            raise ValidationError(
                message=f"Template format error: Unrecognized resource types: {unknown}. The local "
                "AWS lists the types that it can make in local/aws/cloudformation/types.py."
            )
        return create(self, **arguments)

    replace(CloudFormationBackend, "create_change_set", create_change_set)


def _refuse_by_state(backend: CloudFormationBackend, arguments: dict[str, Any]) -> None:
    name, kind = arguments["stack_name"], arguments["change_set_type"]
    for stack in list(backend.stacks.values()):
        if name not in {stack.name, stack.stack_id}:
            continue
        changing = stack.status.endswith("_IN_PROGRESS") or stack.status in _UNCHANGEABLE
        if kind == "UPDATE" and changing:
            raise ValidationError(
                message=f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated."
            )
        if kind == "CREATE" and stack.status == "REVIEW_IN_PROGRESS":
            del backend.stacks[stack.stack_id]  # moto makes another one
        elif kind == "CREATE":
            raise AlreadyExistsError(
                f"Stack [{name}] already exists and cannot be created again with the changeSet "
                f"[{arguments['change_set_name']}]."
            )


def _refuse_other_types(
    backend: CloudFormationBackend, name: str, resources: dict[str, dict[str, Any]]
) -> None:
    for stack in backend.stacks.values():
        if name in {stack.name, stack.stack_id}:
            before = LiveStack(stack).definitions
            changed = [
                logical_id
                for logical_id, definition in resources.items()
                if before.get(logical_id, definition)["Type"] != definition["Type"]
            ]
            if changed:
                raise ValidationError(
                    message="Update of resource type is not permitted. The new template modifies "
                    f"resource type of the following resources: [{', '.join(changed)}]"
                )


def find_by_stack() -> None:
    """Find a change set by its stack and its name, or by its ARN; the newest of a name.

    moto looks at the names of all stacks' change sets, fails to delete one that is not there, which
    AWS takes, and says that the stack is missing when a change set is.
    """

    def describe_change_set(self: CloudFormationResponse) -> ActionResult:
        return ActionResult(_named(self))

    def delete_change_set(self: CloudFormationResponse) -> EmptyResult:
        sets = self.cloudformation_backend.change_sets
        for each in _matching(self):
            sets.pop(each.change_set_id, None)
        return EmptyResult()

    replace(CloudFormationResponse, "describe_change_set", describe_change_set)
    replace(CloudFormationResponse, "delete_change_set", delete_change_set)


def _matching(response: CloudFormationResponse) -> list[ChangeSet]:
    name, stack = response._get_param("ChangeSetName"), response._get_param("StackName")  # noqa: SLF001 - no accessor
    return [
        each
        for each in response.cloudformation_backend.change_sets.values()
        if each.change_set_id == name
        or (each.change_set_name == name and stack in {None, each.stack_name, each.stack_id})
    ]


def _named(response: CloudFormationResponse) -> ChangeSet:
    found = _matching(response)
    if not found:
        raise ChangeSetNotFoundError(response._get_param("ChangeSetName"))  # noqa: SLF001 - no accessor
    return found[-1]


class ChangeSetStatusError(ServiceException):
    """A change set was executed already, or has nothing to execute."""

    code = "InvalidChangeSetStatus"


def execute_whole_or_fail() -> None:
    """Carry change sets out by `StackDeployment`.

    moto ignores DependsOn, and reports success where there was none.
    """

    def execute_change_set(self: CloudFormationResponse) -> EmptyResult:
        change_set = _named(self)
        if change_set.execution_status != "AVAILABLE":
            raise ChangeSetStatusError(
                f"ChangeSet [{change_set.change_set_id}] cannot be executed in its current status "
                f"of [{change_set.execution_status}]"
            )
        change_set.execution_status = "EXECUTE_IN_PROGRESS"
        _in_background(_carry_out, self.cloudformation_backend, change_set)
        return EmptyResult()

    replace(CloudFormationResponse, "execute_change_set", execute_change_set)


def _in_background(act: Callable[..., None], *arguments: object) -> None:
    thread = threading.Thread(target=act, args=arguments, daemon=True)
    thread.start()
    thread.join(_ANSWERED_WITHIN)


def _carry_out(backend: CloudFormationBackend, change_set: ChangeSet) -> None:
    try:
        done = StackDeployment(change_set).run()
    except Exception as error:  # noqa: BLE001 - whatever it is, the stack must not wait for ever
        _log.exception("the deployment of %s came to no end", change_set.stack_name)
        LiveStack(change_set.stack).tell(f"{change_set.change_set_type}_FAILED", str(error))
        done = False
    change_set.execution_status = "EXECUTE_COMPLETE" if done else "EXECUTE_FAILED"
    _delete_others(backend, change_set)


def _delete_others(backend: CloudFormationBackend, executed: ChangeSet) -> None:
    """Delete the stack's other change sets: they are no more about the stack as it is."""
    for each in list(backend.change_sets.values()):
        if each.stack_id == executed.stack_id and each is not executed:
            del backend.change_sets[each.change_set_id]


def keep_resolved_parameters() -> None:
    """Leave a value that is no SSM parameter's name alone.

    On an update, moto passes in the value that it has resolved before, and fails to find it.
    """
    look_up = parsing.ResourceMap.parse_ssm_parameter

    def parse_ssm_parameter(self: parsing.ResourceMap, value: str, value_type: str) -> str:
        try:
            return look_up(self, value, value_type)
        except AttributeError:
            return value

    replace(parsing.ResourceMap, "parse_ssm_parameter", parse_ssm_parameter)


def protect_from_termination() -> None:
    """Answer UpdateTerminationProtection, which the CDK CLI calls and moto lacks."""

    def update_termination_protection(self: CloudFormationResponse) -> ActionResult:
        name = self._get_param("StackName")
        stack = self.cloudformation_backend.get_stack(name)
        stack.enable_termination_protection = self._get_bool_param("EnableTerminationProtection")
        return ActionResult({"StackId": stack.stack_id})

    add(CloudFormationResponse, "update_termination_protection", update_termination_protection)


def delete_in_order() -> None:
    """Delete a stack as CloudFormation does: in reverse order, and not against a protection.

    moto tries its resources in any order and again, answers a failure with an error and forgets the
    stack, and knows no termination protection.
    """

    def delete_stack(self: CloudFormationResponse) -> EmptyResult:
        backend, name = self.cloudformation_backend, self._get_param("StackName")
        for stack in list(backend.stacks.values()):
            if name in {stack.name, stack.stack_id}:
                _delete(backend, stack, self._get_param("RetainResources", []))
        return EmptyResult()

    replace(CloudFormationResponse, "delete_stack", delete_stack)


def _delete(backend: CloudFormationBackend, stack: Stack, retained: list[str]) -> None:
    if stack.enable_termination_protection:
        raise ValidationError(
            message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
        )
    if stack.status != "DELETE_IN_PROGRESS":
        live = LiveStack(stack)
        live.tell("DELETE_IN_PROGRESS", "User Initiated")
        _in_background(_delete_now, backend, live, retained)


def _delete_now(backend: CloudFormationBackend, live: LiveStack, retained: list[str]) -> None:
    stack, exports = live.stack, [export.name for export in live.stack.exports]
    left = live.delete_all(retained=retained)
    if left:
        live.tell("DELETE_FAILED", failed_to_delete(left))
        return
    backend.deleted_stacks[stack.stack_id] = backend.stacks.pop(stack.stack_id)
    live.tell("DELETE_COMPLETE")
    for name in exports:
        backend.exports.pop(name, None)


def read_json_as_json() -> None:
    """Read a template as JSON if it is JSON.

    moto reads it as YAML: with a pure Python parser that takes a second for a large one, and with
    two broken characters for each that JSON escapes as a pair of surrogates.
    """
    read = Stack.parse_template

    def parse_template(template: str) -> dict[str, Any]:
        try:
            parsed: dict[str, Any] = json.loads(template)
        except ValueError:
            return read(template)
        return parsed

    def of_change_set(self: ChangeSet) -> None:
        self.template_dict = parse_template(self.template)

    replace(Stack, "parse_template", staticmethod(parse_template))
    replace(ChangeSet, "_parse_template", of_change_set)


def install() -> None:
    """Apply every patch of this module to moto."""
    read_json_as_json()
    protect_from_termination()
    refuse_what_can_not_be()
    delete_in_order()
    find_by_stack()
    execute_whole_or_fail()
    keep_resolved_parameters()
