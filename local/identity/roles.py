"""Roles, where moto differs."""

import json
from collections.abc import Callable
from typing import Any

from moto.iam.models import Role

from local.moto_patch import wrap


def install() -> None:
    """Correct moto."""
    wrap(Role, "update_from_cloudformation_json", _updates_take_the_whole_template)


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
        role.assume_role_policy_document = json.dumps(properties["AssumeRolePolicyDocument"])
        role.max_session_duration = properties.get("MaxSessionDuration", 3600)
        role.permissions_boundary_arn = properties.get("PermissionsBoundary")
        return role

    return update_from_cloudformation_json
