"""A change set carried out: resources made, updated and removed, each with its events.

moto answers an exception half-way with status 500; the CLI then asks again and is told
CREATE_COMPLETE. Here a failed resource ends the deployment with ROLLBACK_COMPLETE and its reason.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.models import ChangeSet, Event, Stack

from local.aws.cloudformation.dependencies import creation_order, needs

_log = logging.getLogger(__name__)

_CALLING = (
    "Custom::",
    "AWS::CloudFormation::CustomResource",
    "AWS::SecretsManager::RotationSchedule",
)
"""How the types begin whose resources are made by functions of the stack, or try them."""


class ResourceFailedError(Exception):
    """A resource could not be made, updated or removed; the message is the reason."""


class Deployment:
    """Brings a stack to the template of a change set."""

    def __init__(self, change_set: ChangeSet) -> None:
        self._stack: Stack = change_set.stack
        self._map = self._stack.resource_map
        self._template = change_set.template_dict
        for definition in self._template["Resources"].values():
            definition.setdefault("Properties", {})  # moto adds it, then sees a difference
        self._parameters = change_set.parameters
        self._verb = "CREATE" if change_set.change_set_type == "CREATE" else "UPDATE"
        self._old = dict(self._map._resource_json_map)  # noqa: SLF001 - moto has no accessor

    def run(self) -> None:
        """Carry it out; the stack's status tells how it went, its events why."""
        self._event(None, "IN_PROGRESS", "User Initiated")
        try:
            self._change_resources()
        except Exception as error:  # noqa: BLE001 - whatever it is, the deployment failed
            _log.exception("deployment of %s failed", self._stack.name)
            self._forget_what_was_not_made()
            self._finish("ROLLBACK_COMPLETE" if self._verb == "CREATE" else None, str(error))
        else:
            self._finish(f"{self._verb}_COMPLETE", None)

    def _forget_what_was_not_made(self) -> None:
        """Else moto would make it as soon as someone lists the stack's resources."""
        resource_map, made = self._map, self._map._parsed_resources  # noqa: SLF001 - no accessor
        definitions = {**self._old, **self._template["Resources"]}
        resource_map._resource_json_map = {k: v for k, v in definitions.items() if k in made}  # noqa: SLF001
        self._stack.output_map = parsing.OutputMap(resource_map, {}, self._stack.stack_id)

    def _finish(self, status: str | None, reason: str | None) -> None:
        self._stack.status = status or "UPDATE_ROLLBACK_COMPLETE"
        self._stack.status_reason = reason  # type: ignore[attr-defined] # moto answers it if set
        self._stack._add_stack_event(self._stack.status, resource_status_reason=reason)  # noqa: SLF001

    def _change_resources(self) -> None:
        changes = self._map.build_resource_diff(self._template, self._parameters)
        self._load_template()
        self._make(
            dict.fromkeys(changes["Modify"], "UPDATE") | dict.fromkeys(changes["Add"], "CREATE")
        )
        for logical_id in reversed(creation_order(self._old)):
            if logical_id in changes["Remove"]:
                self._remove(logical_id)
        self._stack.output_map = parsing.OutputMap(self._map, self._template, self._stack.stack_id)
        _ = self._stack.outputs  # an output that can't be computed fails the deployment

    def _make(self, verbs: dict[str, str]) -> None:
        """Make or update resources: functions take long, so that they run at the same time."""
        resources = self._template["Resources"]
        needed = needs(resources)
        made: dict[str, Future[None]] = {}
        with ThreadPoolExecutor(len(resources)) as threads:
            for logical_id in creation_order(resources):
                if logical_id not in verbs:
                    continue
                before = [made[other] for other in needed[logical_id] if other in made]
                if resources[logical_id]["Type"].startswith(_CALLING):
                    made[logical_id] = threads.submit(
                        self._change_after, before, logical_id, verbs[logical_id]
                    )
                else:
                    self._change_after(before, logical_id, verbs[logical_id])
        for change in made.values():
            change.result()

    def _change_after(self, before: list[Future[None]], logical_id: str, verb: str) -> None:
        for change in before:
            change.result()
        self._change(logical_id, verb)

    def _load_template(self) -> None:
        resource_map = self._map
        resource_map._template = self._template  # noqa: SLF001 - as ResourceMap.update does
        resource_map._resource_json_map = self._template["Resources"]  # noqa: SLF001
        resource_map.input_parameters = self._parameters or resource_map.input_parameters
        resource_map.load_mapping()
        resource_map.load_parameters()
        resource_map.load_conditions()

    def _change(self, logical_id: str, verb: str) -> None:
        definition = self._template["Resources"][logical_id]
        condition = definition.get("Condition")
        if condition and not self._map.lazy_condition_map[condition]:
            return
        self._event(logical_id, "IN_PROGRESS", None, verb)
        try:
            if verb == "CREATE":
                self._create(logical_id, definition)
            else:
                self._update(logical_id, definition)
        except Exception as error:
            reason = str(error) or type(error).__name__
            self._event(logical_id, "FAILED", reason, verb)
            raise ResourceFailedError(f"{logical_id} ({definition['Type']}): {reason}") from error
        self._event(logical_id, "COMPLETE", None, verb)

    def _create(self, logical_id: str, definition: dict[str, Any]) -> None:
        resource = self._map[logical_id]
        if resource is None:
            raise ResourceFailedError(f"moto made no {definition['Type']}")

    def _update(self, logical_id: str, definition: dict[str, Any]) -> None:
        resource: object = parsing.parse_and_update_resource(
            logical_id,
            definition,
            self._map,
            account_id=self._stack.account_id,
            region_name=self._stack.region_name,
        )
        if resource is None:
            raise ResourceFailedError(
                f"the local AWS can't update a {definition['Type']} in place: start it afresh "
                "(AWS itself may well do it)"
            )
        self._map._parsed_resources[logical_id] = resource  # noqa: SLF001 - as ResourceMap.update

    def _remove(self, logical_id: str) -> None:
        resource = self._map._parsed_resources.pop(logical_id, None)  # noqa: SLF001 - no accessor
        if resource is not None:
            self._map._delete_resource(resource, self._old[logical_id])  # noqa: SLF001 - likewise
            self._event(logical_id, "COMPLETE", None, "DELETE")

    def _event(
        self, logical_id: str | None, state: str, reason: str | None, verb: str | None = None
    ) -> None:
        if logical_id is None:
            self._stack._add_stack_event(f"{self._verb}_{state}", resource_status_reason=reason)  # noqa: SLF001
            return
        definitions = {**self._old, **self._template["Resources"]}
        resource = self._map._parsed_resources.get(logical_id)  # noqa: SLF001 - would make it
        self._stack.events.append(
            Event(
                stack_id=self._stack.stack_id,
                stack_name=self._stack.name,
                logical_resource_id=logical_id,
                physical_resource_id=str(getattr(resource, "physical_resource_id", "") or ""),
                resource_type=definitions[logical_id]["Type"],
                resource_status=f"{verb}_{state}",
                resource_status_reason=reason,
                resource_properties=None,
            )
        )
