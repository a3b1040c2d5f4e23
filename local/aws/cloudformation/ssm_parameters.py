"""Parameters of Systems Manager as CloudFormation has them, where moto differs."""

from collections.abc import Callable
from typing import Any

from moto.ssm.models import Parameter

from local.moto_patch import wrap


def install() -> None:
    """Take the tags of a parameter as its type has them: an object, and no list as elsewhere.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
    """
    wrap(Parameter, "create_from_cloudformation_json", _with_tags)


def _with_tags(create: Callable[..., Parameter]) -> Callable[..., Parameter]:
    def created(
        owner: type[Parameter],
        resource_name: str,
        cloudformation_json: dict[str, Any],
        *where: str,
        **more: object,
    ) -> Parameter:
        properties = dict(cloudformation_json["Properties"])
        if tags := properties.pop("Tags", None):
            properties["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        changed = {**cloudformation_json, "Properties": properties}
        return create(owner, resource_name, changed, *where, **more)

    return created
