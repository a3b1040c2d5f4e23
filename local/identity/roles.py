"""Roles, where moto differs."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, Role, iam_backends

from local.moto_patch import wrap


def install() -> None:
    """Correct moto."""
    wrap(Role, "create_from_cloudformation_json", _managed_policies_are_attached)
    wrap(Role, "update_from_cloudformation_json", _updates_take_the_whole_template)


def _managed_policies_are_attached(original: Callable[..., Role]) -> Callable[..., Role]:
    """Attach what a template lists in `ManagedPolicyArns`, which moto passes over."""

    def create_from_cloudformation_json(
        cls: type[Role],
        resource_name: str,
        cloudformation_json: dict[str, Any],
        *rest: object,
        **more: object,
    ) -> Role:
        role = original(cls, resource_name, cloudformation_json, *rest, **more)
        try:
            _attach(role, cloudformation_json["Properties"])
        except BaseException:
            detach_all(role)
            iam_backends[role.account_id]["aws"].delete_role(role.name)
            raise
        return role

    return create_from_cloudformation_json


def _attach(role: Role, properties: dict[str, Any]) -> None:
    iam = iam_backends[role.account_id]["aws"]
    listed: dict[str, list[str]] = vars(role).setdefault("listed_in_template", {"arns": []})
    wanted = list(properties.get("ManagedPolicyArns") or [])
    for arn in (each for each in listed["arns"] if each not in wanted):
        if arn in role.managed_policies:
            role.managed_policies[arn].detach_from(role)
    for arn in wanted:
        _know(iam, arn)
        if arn not in role.managed_policies:
            iam.attach_role_policy(arn, role.name)
    listed["arns"] = wanted


def detach_all(role: Role) -> None:
    """Detach a role's managed policies, as CloudFormation does before it deletes the role."""
    for policy in list(role.managed_policies.values()):
        policy.detach_from(role)


def _know(iam: IAMBackend, arn: str) -> None:
    """Let a policy of AWS's be there when it is named; loading all of them takes moto seconds."""
    name = arn.rpartition("/")[2]
    data = _policies_of_aws().get(name) if arn.startswith("arn:aws:iam::aws:policy/") else None
    if data and arn not in iam.managed_policies:
        policy = AWSManagedPolicy.from_data(name, iam.account_id, iam.region_name, data)
        iam.managed_policies[policy.arn] = policy


@cache
def _policies_of_aws() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(aws_managed_policies_data)
    return found


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
        _attach(role, properties)
        return role

    return update_from_cloudformation_json
