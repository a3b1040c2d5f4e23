"""What a stack has at the moment: its resources in moto, how they were said, and its events.

moto keeps a map that makes a resource when somebody looks at it; here nothing is made by looking.
"""

import copy
import logging
from collections.abc import Sequence
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.models import Event, Stack, cloudformation_backends

from local.aws.cloudformation import removals
from local.aws.cloudformation.dependencies import creation_order, needs

_log = logging.getLogger(__name__)


class ResourceFailedError(Exception):
    """A resource could not be made, updated or removed; the message is the reason."""


def _without_nulls(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Drop what ``AWS::NoValue`` has left of the items of lists."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value


def failed_to_delete(logical_ids: list[str]) -> str | None:
    """Say what could not be deleted; None if all could."""
    listed = ", ".join(logical_ids)
    return f"The following resource(s) failed to delete: [{listed}]. " if listed else None


class LiveStack:
    """A stack's resources as they are now.

    Attributes:
        stack: moto's stack.
        map: moto's map of its resources.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.map = stack.resource_map
        self._said: dict[str, dict[str, Any]] = vars(stack).setdefault("said_properties", {})
        self._definitions: dict[str, dict[str, Any]] = {
            name: definition
            for name, definition in self.map._resource_json_map.items()  # noqa: SLF001 - no accessor
            if self.resource(name) is not None
        }

    @property
    def definitions(self) -> dict[str, dict[str, Any]]:
        """The definition of each resource that there is, by logical id."""
        return self._definitions

    def resource(self, logical_id: str) -> Any:  # noqa: ANN401 - an object of moto
        """Return moto's resource, or None if there is none."""
        return self.map._parsed_resources.get(logical_id)  # noqa: SLF001 - would be made

    def properties(self, logical_id: str) -> dict[str, Any]:
        """Return the properties with which a resource was made or updated last."""
        if logical_id not in self._said:
            self._said[logical_id] = self.resolved(self._definitions[logical_id])
        return self._said[logical_id]

    def said(self, logical_id: str) -> dict[str, Any]:
        """Return a resource's definition with its properties resolved."""
        return {**self._definitions[logical_id], "Properties": self.properties(logical_id)}

    def load(self, template: dict[str, Any], parameters: dict[str, Any]) -> None:
        """Take over a template's mappings, parameters and conditions, and make nothing."""
        self.map._template = template  # noqa: SLF001 - as ResourceMap.update does
        self.map.cross_stack_resources = self._exports  # moto: those of when the map was made
        self._expose()
        self.map.input_parameters = parameters or self.map.input_parameters
        self.map.load_mapping()
        self.map.load_parameters()
        self.map.load_conditions()

    def is_wanted(self, definition: dict[str, Any]) -> bool:
        """Tell whether a definition's condition holds."""
        condition = definition.get("Condition")
        return not condition or bool(self.map.lazy_condition_map[condition])

    def resolved(self, definition: dict[str, Any]) -> dict[str, Any]:
        """Return a definition's properties, all but the dynamic references resolved."""
        properties = copy.deepcopy(definition.get("Properties", {}))
        resolved: dict[str, Any] = _without_nulls(parsing.clean_json(properties, self.map))
        return resolved

    def create(
        self, logical_id: str, definition: dict[str, Any], properties: dict[str, Any]
    ) -> None:
        """Make a resource."""
        resource: Any = parsing.parse_and_create_resource(
            logical_id, definition, self.map, self.stack.account_id, self.stack.region_name
        )
        if resource is None:
            raise ResourceFailedError(f"moto made no {definition['Type']}")
        self.put(logical_id, resource, definition, properties)

    def update(
        self, logical_id: str, definition: dict[str, Any], properties: dict[str, Any]
    ) -> None:
        """Bring a resource to another definition, in place."""
        resource: Any = parsing.parse_and_update_resource(
            logical_id, definition, self.map, self.stack.account_id, self.stack.region_name
        )
        if resource is None:
            raise ResourceFailedError(
                f"the local AWS can't update a {definition['Type']} in place: start it afresh "
                "(AWS itself may well do it)"
            )
        self.put(logical_id, resource, definition, properties)

    def put(
        self,
        logical_id: str,
        resource: Any,  # noqa: ANN401 - an object of moto
        definition: dict[str, Any],
        properties: dict[str, Any],
    ) -> None:
        """Note that a resource is there."""
        self.map._parsed_resources[logical_id] = resource  # noqa: SLF001 - as ResourceMap.update
        self.keep(logical_id, definition, properties)

    def keep(self, logical_id: str, definition: dict[str, Any], properties: dict[str, Any]) -> None:
        """Note how a resource is said by now."""
        self._definitions[logical_id] = definition
        self._said[logical_id] = properties
        self._expose()

    def forget(self, logical_id: str) -> None:
        """Note that a resource is gone."""
        self.map._parsed_resources.pop(logical_id, None)  # noqa: SLF001 - no accessor
        self._definitions.pop(logical_id, None)
        self._said.pop(logical_id, None)
        self._expose()

    def delete(self, logical_id: str, *, created: bool = False) -> bool:
        """Delete a resource, unless it is to be retained.

        Args:
            logical_id: Which.
            created: Whether the operation that is rolled back has made it.

        Returns:
            Whether it is out of the way: deleted, or retained.
        """
        definition = self.said(logical_id)
        retaining = {"Retain"} if created else {"Retain", "RetainExceptOnCreate"}
        policy = definition.get("DeletionPolicy")
        return self._delete(logical_id, self.resource(logical_id), definition, policy in retaining)

    def delete_replaced(self, logical_id: str, resource: Any, definition: dict[str, Any]) -> bool:  # noqa: ANN401 - an object of moto
        """Delete what another resource has taken the place of."""
        retained = definition.get("UpdateReplacePolicy") == "Retain"
        return self._delete(logical_id, resource, definition, retained)

    def _delete(
        self,
        logical_id: str,
        resource: Any,  # noqa: ANN401 - an object of moto
        definition: dict[str, Any],
        retained: bool,  # noqa: FBT001 - the callers' finding
    ) -> bool:
        if retained:
            self.tell_of(logical_id, definition, "DELETE_SKIPPED", resource=resource)
            return True
        self.tell_of(logical_id, definition, "DELETE_IN_PROGRESS", resource=resource)
        try:
            removals.remove(resource, definition, self.map)
        except Exception as error:  # noqa: BLE001 - whatever it is, the resource stays
            _log.exception("the deletion of %s failed", logical_id)
            self.tell_of(logical_id, definition, "DELETE_FAILED", str(error), resource=resource)
            return False
        self.tell_of(logical_id, definition, "DELETE_COMPLETE", resource=resource)
        return True

    def delete_all(
        self, *, created: Sequence[str] | None = None, retained: Sequence[str] = ()
    ) -> list[str]:
        """Delete resources in reverse order; what a resource needs stays as long as it does.

        Args:
            created: Those that a rolled-back operation has made; all of the stack if left out.
            retained: Those that stay without being asked.

        Returns:
            The logical ids of what could not be deleted.
        """
        chosen = list(self._definitions) if created is None else created
        needed = needs(self._definitions)
        left: list[str] = []
        stays: set[str] = set()
        for logical_id in reversed(creation_order(self._definitions)):
            if logical_id not in chosen:
                continue
            if logical_id in stays:
                stays.update(needed[logical_id])
            elif logical_id in retained or self.delete(logical_id, created=created is not None):
                self.forget(logical_id)
            else:
                left.append(logical_id)
                stays.update(needed[logical_id])
        return left

    def answer_outputs(self, template: dict[str, Any]) -> None:
        """Compute the outputs of a template; one that can't be fails the deployment."""
        self.stack.output_map = parsing.OutputMap(self.map, template, self.stack.stack_id)
        _ = self.stack.outputs

    def export(self) -> None:
        """Let other stacks import the outputs that say so, and no more those that did.

        Raises:
            ValueError: Another stack exports under one of the names.
        """
        own, exports = self.stack.stack_id, self._exports
        for export in self.stack.exports:
            if export.name in exports and exports[export.name].exporting_stack_id != own:
                raise ValueError(f"Export with name {export.name} is already exported")
        for name in [each for each, known in exports.items() if known.exporting_stack_id == own]:
            del exports[name]
        exports.update({export.name: export for export in self.stack.exports})

    @property
    def _exports(self) -> dict[str, parsing.Export]:
        """What the stacks of the account and region export, by name."""
        backend = cloudformation_backends[self.stack.account_id][self.stack.region_name]
        return backend.exports

    def tell(self, status: str, reason: str | None = None) -> None:
        """Set the stack's status, with an event."""
        self.stack.status = status
        self.stack._add_stack_event(status, resource_status_reason=reason)  # noqa: SLF001 - no accessor

    def tell_of(
        self,
        logical_id: str,
        definition: dict[str, Any],
        status: str,
        reason: str | None = None,
        *,
        resource: Any = None,  # noqa: ANN401 - an object of moto
    ) -> None:
        """Add an event of a resource."""
        thing = resource or self.resource(logical_id)
        self.stack.events.append(
            Event(
                stack_id=self.stack.stack_id,
                stack_name=self.stack.name,
                logical_resource_id=logical_id,
                physical_resource_id=str(getattr(thing, "physical_resource_id", "") or ""),
                resource_type=definition["Type"],
                resource_status=status,
                resource_status_reason=reason,
                resource_properties=None,
            )
        )

    def _expose(self) -> None:
        """Show moto what there is, and no more: it would make what is missing."""
        self.map._resource_json_map = dict(self._definitions)  # noqa: SLF001 - no accessor
