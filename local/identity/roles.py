"""Roles, where moto differs."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from moto.iam.models import Role

from local.aws.patch import Patch


def patches() -> Iterator[AbstractContextManager[None]]:
    """List the corrections."""
    yield Patch(Role, "create_from_cloudformation_json", _creations_keep_the_trust_as_json)
    yield Patch(Role, "update_from_cloudformation_json", _updates_take_the_whole_template)


def _creations_keep_the_trust_as_json(original: Callable[..., Role]) -> Callable[..., Role]:
    """Keep the trust policy as JSON: of a template's moto answers what Python prints."""

    def create_from_cloudformation_json(
        cls: type[Role],
        resource_name: str,
        cloudformation_json: dict[str, Any],
        *rest: object,
        **more: object,
    ) -> Role:
        role = original(cls, resource_name, cloudformation_json, *rest, **more)
        _take_trust(role, cloudformation_json["Properties"])
        return role

    return create_from_cloudformation_json


def _updates_take_the_whole_template(original: Callable[..., Role]) -> Callable[..., Role]:
    """Take trust, session length and boundary from an updated template.

    moto takes the session's length from a property that does not exist, and never the others: a
    role would go on trusting whoever it trusted first.
    """

    def update_from_cloudformation_json(
        cls: type[Role],
        original_resource: Role,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        *rest: object,
        **more: object,
    ) -> Role:
        role = original(
            cls, original_resource, new_resource_name, cloudformation_json, *rest, **more
        )
        properties = cloudformation_json["Properties"]
        _take_trust(role, properties)
        role.max_session_duration = properties.get("MaxSessionDuration", 3600)
        role.permissions_boundary_arn = properties.get("PermissionsBoundary")
        return role

    return update_from_cloudformation_json


def _take_trust(role: Role, properties: dict[str, Any]) -> None:
    role.assume_role_policy_document = json.dumps(properties["AssumeRolePolicyDocument"])
