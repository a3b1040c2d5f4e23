"""Change sets: checked before, carried out whole or failed with a reason."""

from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult

from local.aws.cloudformation.deployment import Deployment
from local.aws.cloudformation.types import unknown_types
from local.aws.patch import add, replace


class ChangeSetNotFoundError(ServiceException):
    """There is no such change set (any more)."""

    code = "ChangeSetNotFound"

    def __init__(self, name: str) -> None:
        super().__init__(f"ChangeSet [{name}] does not exist")


def refuse_unknown_types() -> None:
    """Refuse a template with a resource type that is on no list; moto skips such resources."""
    create = CloudFormationBackend.create_change_set

    def create_change_set(
        self: CloudFormationBackend,
        **arguments: Any,  # noqa: ANN401 - moto's, passed on
    ) -> tuple[str, str]:
        unknown = unknown_types(Stack.parse_template(arguments["template"])["Resources"])
        if unknown:
            raise ValidationError(
                message=f"Template format error: Unrecognized resource types: {unknown}. The local "
                "AWS lists the types that it can make in local/aws/cloudformation/types.py."
            )
        return create(self, **arguments)

    replace(CloudFormationBackend, "create_change_set", create_change_set)


def report_missing_change_sets() -> None:
    """Name the right error for a missing change set; moto's makes the CLI think the stack gone."""
    describe = CloudFormationBackend.describe_change_set

    def describe_change_set(self: CloudFormationBackend, change_set_name: str) -> Any:  # noqa: ANN401 - moto's
        try:
            return describe(self, change_set_name)
        except ValidationError as error:
            raise ChangeSetNotFoundError(change_set_name) from error

    replace(CloudFormationBackend, "describe_change_set", describe_change_set)


def delete_missing_change_sets() -> None:
    """Let the deletion of a missing change set succeed, as the CDK CLI expects; moto fails."""
    delete = CloudFormationBackend.delete_change_set

    def delete_change_set(self: CloudFormationBackend, change_set_name: str) -> None:
        names = {change_set.change_set_name for change_set in self.change_sets.values()}
        if change_set_name in names | self.change_sets.keys():
            delete(self, change_set_name)

    replace(CloudFormationBackend, "delete_change_set", delete_change_set)


def execute_whole_or_fail() -> None:
    """Carry change sets out by `Deployment`; moto ignores DependsOn and reports false success."""

    def execute_change_set(
        self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None
    ) -> None:
        del stack_name  # a change set knows its stack
        change_set = self.describe_change_set(change_set_name)
        if not isinstance(change_set, ChangeSet):
            raise ChangeSetNotFoundError(change_set_name)
        Deployment(change_set).run()
        change_set.execution_status = "EXECUTE_COMPLETE"
        change_set.stack.template = change_set.template
        change_set.stack.template_dict = change_set.template_dict
        change_set.stack.parameters = change_set.parameters
        # The CLI uses one name for all its change sets; moto would find the old one again.
        del self.change_sets[change_set.change_set_id]

    replace(CloudFormationBackend, "execute_change_set", execute_change_set)


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


def install() -> None:
    """Apply every patch of this module to moto."""
    protect_from_termination()
    refuse_unknown_types()
    report_missing_change_sets()
    delete_missing_change_sets()
    execute_whole_or_fail()
    keep_resolved_parameters()
