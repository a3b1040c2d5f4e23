"""A change set carried out as CloudFormation does it, rolled back when a resource fails.

moto answers an exception half-way with status 500; the CLI then asks again and is told
CREATE_COMPLETE. Here a failed creation deletes what it made, in reverse order, and a failed update
brings back what it changed; both end in the status and with the reasons that AWS gives.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from moto.cloudformation.models import ChangeSet

from local.aws.cloudformation import names, schemas
from local.aws.cloudformation.custom_resources import CustomResourceError
from local.aws.cloudformation.dependencies import creation_order, needs
from local.aws.cloudformation.live import LiveStack, ResourceFailedError, failed_to_delete

_log = logging.getLogger(__name__)

CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
_CALLING = (*CUSTOM, "AWS::SecretsManager::RotationSchedule")
"""How the types begin whose resources are made by functions of the stack, or try them."""


@dataclass
class _Replaced:
    """The resource that another one has taken the place of."""

    resource: Any
    definition: dict[str, Any]
    properties: dict[str, Any]


class StackDeployment:
    """Brings a stack to the template of a change set."""

    def __init__(self, change_set: ChangeSet) -> None:
        self._live = LiveStack(change_set.stack)
        self._change_set = change_set
        self._template = change_set.template_dict
        for definition in self._template["Resources"].values():
            definition.setdefault("Properties", {})  # moto adds it, then sees a difference
        self._parameters = change_set.parameters
        self._verb = "CREATE" if change_set.change_set_type == "CREATE" else "UPDATE"
        self._before = dict(self._live.definitions)
        self._before_template = self._live.stack.template_dict or {}
        self._before_parameters = dict(self._live.map.input_parameters)
        self._added: list[str] = []
        self._updated: list[str] = []
        self._replaced: dict[str, _Replaced] = {}

    def run(self) -> bool:
        """Carry it out; the stack's status tells how it went, its events why.

        Returns:
            Whether the stack is now as the change set says.
        """
        self._live.tell(f"{self._verb}_IN_PROGRESS", "User Initiated")
        try:
            self._change_resources()
        except Exception as error:  # noqa: BLE001 - whatever it is, the deployment failed
            _log.exception("deployment of %s failed", self._live.stack.name)
            self._roll_back(str(error))
            return False
        self._clean_up()
        self._adopt()
        self._live.tell(f"{self._verb}_COMPLETE")
        return True

    # Forward.

    def _change_resources(self) -> None:
        self._live.load(self._template, self._parameters)
        resources = {
            name: definition
            for name, definition in self._template["Resources"].items()
            if self._live.is_wanted(definition)
        }
        needed = needs(resources)
        made: dict[str, Future[None]] = {}
        with ThreadPoolExecutor(max(1, len(resources))) as threads:
            for logical_id in creation_order(resources):
                before = [made[other] for other in needed[logical_id] if other in made]
                arguments = (before, logical_id, resources[logical_id], needed[logical_id])
                if resources[logical_id]["Type"].startswith(_CALLING):  # these take long
                    made[logical_id] = threads.submit(self._change_after, *arguments)
                else:
                    self._change_after(*arguments)
        for change in made.values():
            change.result()
        self._live.answer_outputs(self._template)
        self._live.export()

    def _change_after(
        self,
        before: list[Future[None]],
        logical_id: str,
        definition: dict[str, Any],
        needed: list[str],
    ) -> None:
        for change in before:
            change.result()
        if logical_id not in self._before:
            self._change(logical_id, definition, "CREATE", self._create)
        elif self._may_differ(logical_id, definition, needed):
            properties = self._live.resolved(definition)
            if properties == self._live.properties(logical_id):
                self._live.keep(logical_id, definition, properties)
            else:
                self._change(logical_id, definition, "UPDATE", self._update)

    def _may_differ(self, logical_id: str, definition: dict[str, Any], needed: list[str]) -> bool:
        """Tell whether a resource can have changed: itself, a parameter, or what it refers to."""
        touched = {*self._updated, *self._replaced}
        return (
            definition != self._before[logical_id]
            or self._live.map.input_parameters != self._before_parameters
            or any(other in touched for other in needed)
        )

    def _change(self, logical_id: str, definition: dict[str, Any], verb: str, act: Any) -> None:  # noqa: ANN401 - a method
        live = self._live
        live.tell_of(logical_id, definition, f"{verb}_IN_PROGRESS")
        try:
            properties = live.resolved(definition)
            schemas.check(definition["Type"], properties, live.stack)
            act(logical_id, definition, properties)
        except Exception as error:
            reason = str(error) or type(error).__name__
            live.tell_of(logical_id, definition, f"{verb}_FAILED", reason)
            raise ResourceFailedError(f"{logical_id} ({definition['Type']}): {reason}") from error
        live.tell_of(logical_id, definition, f"{verb}_COMPLETE")

    def _create(
        self, logical_id: str, definition: dict[str, Any], properties: dict[str, Any]
    ) -> None:
        names.refuse_taken(definition["Type"], properties, self._live.stack)
        try:
            self._live.create(logical_id, definition, properties)
        except CustomResourceError as error:
            if error.begun:
                self._live.put(logical_id, error.begun, definition, properties)
                self._added.append(logical_id)
            raise
        self._added.append(logical_id)

    def _update(
        self, logical_id: str, definition: dict[str, Any], properties: dict[str, Any]
    ) -> None:
        live, kind = self._live, definition["Type"]
        old = live.properties(logical_id)
        if kind.startswith(CUSTOM) and old["ServiceToken"] != properties["ServiceToken"]:
            raise ResourceFailedError("Modifying service token is not allowed.")
        fixed = schemas.changed_create_only(kind, old, properties)
        if not fixed:
            # A function is told the old properties again when its update has failed.
            if kind.startswith(CUSTOM):
                self._updated.append(logical_id)
            live.update(logical_id, definition, properties)
            if not kind.startswith(CUSTOM):
                self._updated.append(logical_id)
            return
        names.refuse_kept(kind, old, properties, fixed)
        self._replaced[logical_id] = _Replaced(
            live.resource(logical_id), self._before[logical_id], old
        )
        live.forget(logical_id)
        self._create_in_place(logical_id, definition, properties)

    def _create_in_place(
        self, logical_id: str, definition: dict[str, Any], properties: dict[str, Any]
    ) -> None:
        try:
            self._create(logical_id, definition, properties)
        except Exception:
            self._put_back(logical_id, self._replaced.pop(logical_id))
            raise

    def _clean_up(self) -> None:
        """Delete what was replaced and what the template no longer has.

        What can't be deleted stays, and the update is complete all the same, as on AWS.
        """
        gone = [name for name in self._before if not self._is_kept(name)]
        if self._verb == "UPDATE" and (gone or self._replaced):
            self._live.tell("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        order = reversed(creation_order(self._before))
        for logical_id in order:
            if old := self._replaced.get(logical_id):
                said = {**old.definition, "Properties": old.properties}
                self._live.delete_replaced(logical_id, old.resource, said)
            elif logical_id in gone:
                self._live.delete(logical_id)
                self._live.forget(logical_id)

    def _adopt(self) -> None:
        """The template is the stack's from now on."""
        stack, change_set = self._live.stack, self._change_set
        stack.template, stack.template_dict = change_set.template, change_set.template_dict
        stack.parameters = change_set.parameters

    def _is_kept(self, logical_id: str) -> bool:
        definition = self._template["Resources"].get(logical_id)
        return definition is not None and self._live.is_wanted(definition)

    # Back.

    def _roll_back(self, reason: str) -> None:
        stack = self._live.stack
        stack.status_reason = reason  # type: ignore[attr-defined] # moto answers it if set
        if self._verb == "CREATE":
            self._live.tell("ROLLBACK_IN_PROGRESS", f"{reason} Rollback requested by user.")
            left = self._live.delete_all(created=self._added)
            self._live.answer_outputs({})
            status = "ROLLBACK_FAILED" if left else "ROLLBACK_COMPLETE"
            self._live.tell(status, failed_to_delete(left))
            return
        self._live.tell("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        try:
            self._bring_back()
        except Exception as error:  # noqa: BLE001 - likewise, its rollback
            _log.exception("the rollback of %s failed", stack.name)
            self._live.tell("UPDATE_ROLLBACK_FAILED", str(error))
            return
        self._live.delete_all(created=[name for name in self._added if name not in self._replaced])
        self._live.answer_outputs(self._before_template)
        self._live.tell("UPDATE_ROLLBACK_COMPLETE")

    def _bring_back(self) -> None:
        """Return to the former template: what was replaced first, then what depends on it."""
        live = self._live
        live.load(self._before_template, self._before_parameters)
        new = {name: (live.resource(name), live.said(name)) for name in self._replaced}
        for logical_id, old in self._replaced.items():
            self._put_back(logical_id, old)
        for logical_id in creation_order(self._before):
            if logical_id in self._updated:
                definition = self._before[logical_id]
                live.tell_of(logical_id, definition, "UPDATE_IN_PROGRESS")
                live.update(logical_id, definition, live.resolved(definition))
                live.tell_of(logical_id, definition, "UPDATE_COMPLETE")
            else:
                live.keep(logical_id, self._before[logical_id], live.properties(logical_id))
        for logical_id in reversed(new):
            live.delete_replaced(logical_id, *new[logical_id])

    def _put_back(self, logical_id: str, old: _Replaced) -> None:
        self._live.put(logical_id, old.resource, old.definition, old.properties)
