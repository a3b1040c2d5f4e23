"""Resource types of moto that need their properties said differently."""

import json
from collections.abc import Callable
from typing import Any

from moto.awslambda.models import Permission, lambda_backends
from moto.ec2.models import EC2Backend
from moto.ec2.models.subnets import SubnetRouteTableAssociation
from moto.ec2.models.vpcs import VPCEndPoint
from moto.iam.models import ManagedPolicy
from moto.kms.models import Key
from moto.logs.models import LogGroup

from local.aws.cloudformation.resource import Properties
from local.moto_patch import replace


def rewrite_properties(
    model: Any,  # noqa: ANN401 - an abstract class by its own account
    rewrite: Callable[[Properties], Properties],
) -> None:
    """Rewrite a resource's properties before moto makes or updates it.

    Args:
        model: moto's class for the resource type.
        rewrite: Returns the properties as moto wants them; must leave the given ones alone.
    """
    for name in ("create_from_cloudformation_json", "update_from_cloudformation_json"):
        original = getattr(model, name)
        if hasattr(original, "__isabstractmethod__"):
            continue  # moto tells by it what it can't update

        def rewritten(
            *arguments: Any,  # noqa: ANN401 - moto's, passed on
            _original: Callable[..., Any] = original,
            **named: Any,  # noqa: ANN401 - likewise
        ) -> Any:  # noqa: ANN401 - likewise
            position = 1 if len(arguments) > 1 else None
            definition = arguments[1] if position else named["cloudformation_json"]
            changed = {**definition, "Properties": rewrite(definition["Properties"])}
            if position:
                return _original(arguments[0], changed, *arguments[2:], **named)
            return _original(*arguments, **{**named, "cloudformation_json": changed})

        replace(model, name, staticmethod(rewritten))


def update_in_place(model: Any, update: Callable[[Any, Properties], None]) -> None:  # noqa: ANN401 - an abstract class by its own account
    """Let a resource of moto's be updated in place.

    Args:
        model: moto's class for the resource type.
        update: Brings an instance to new properties.
    """

    def update_from_cloudformation_json(
        original_resource: Any,  # noqa: ANN401 - an instance of the model
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Any:  # noqa: ANN401 - likewise
        del new_resource_name, account_id, region_name
        update(original_resource, cloudformation_json["Properties"])
        return original_resource

    replace(model, "update_from_cloudformation_json", staticmethod(update_from_cloudformation_json))


def update_policies() -> None:
    """Let the documents of managed policies, endpoints and keys change; moto can't update them."""

    def update_managed_policy(policy: ManagedPolicy, properties: Properties) -> None:
        (current,) = (v for v in policy.versions if v.version_id == policy.default_version_id)
        current.document = json.dumps(properties["PolicyDocument"])

    def update_endpoint(endpoint: VPCEndPoint, properties: Properties) -> None:
        endpoint.policy_document = json.dumps(properties["PolicyDocument"])

    def update_key(key: Key, properties: Properties) -> None:
        key.policy = properties["KeyPolicy"]
        key.description = properties.get("Description", "")

    update_in_place(Key, update_key)
    update_in_place(ManagedPolicy, update_managed_policy)
    update_in_place(VPCEndPoint, update_endpoint)


def tag_keys_as_the_api_does() -> None:
    """Name a key's tags as KMS's API does; moto fails on a template's ``Key`` and ``Value``."""

    def rewrite(properties: Properties) -> Properties:
        tags = [{"TagKey": t["Key"], "TagValue": t["Value"]} for t in properties.get("Tags", [])]
        return {**properties, "Tags": tags}

    rewrite_properties(Key, rewrite)


def end_log_group_arns_as_documented() -> None:
    """Let ``Fn::GetAtt`` of a log group's ``Arn`` end in ``:*``; moto leaves that out.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
    """
    attribute = LogGroup.get_cfn_attribute

    def get_cfn_attribute(self: LogGroup, attribute_name: str) -> str:
        value: str = attribute(self, attribute_name)
        return f"{value}:*" if attribute_name == "Arn" else value

    replace(LogGroup, "get_cfn_attribute", get_cfn_attribute)


def associate_route_tables() -> None:
    """Let a template's route tables lead out of their subnets; moto only takes a note of it."""
    note = EC2Backend.create_subnet_association

    def create_subnet_association(
        self: EC2Backend, route_table_id: str, subnet_id: str
    ) -> SubnetRouteTableAssociation:
        self.associate_route_table(route_table_id, subnet_id=subnet_id)
        return note(self, route_table_id, subnet_id)

    replace(EC2Backend, "create_subnet_association", create_subnet_association)


def remember_permissions() -> None:
    """Let a permission know its statement in the function's policy; moto could not delete it."""
    create = Permission.create_from_cloudformation_json

    def create_from_cloudformation_json(
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **more: Any,  # noqa: ANN401 - moto's, passed on
    ) -> Permission:
        permission = create(resource_name, cloudformation_json, account_id, region_name, **more)
        name = cloudformation_json["Properties"]["FunctionName"]
        policy = lambda_backends[account_id][region_name].get_function(name).policy
        vars(permission)["given"] = policy, policy.statements[-1]
        return permission

    replace(
        Permission, "create_from_cloudformation_json", staticmethod(create_from_cloudformation_json)
    )


def install() -> None:
    """Apply every patch of this module to moto."""
    tag_keys_as_the_api_does()
    end_log_group_arns_as_documented()
    update_policies()
    associate_route_tables()
    remember_permissions()
