"""Resource types of moto that need their properties said differently."""

from collections.abc import Callable
from typing import Any

from moto.kms.models import Key

from local.aws.cloudformation.resource import Properties
from local.aws.patch import replace


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


def tag_keys_as_the_api_does() -> None:
    """Name a key's tags as KMS's API does; moto fails on a template's ``Key`` and ``Value``."""

    def rewrite(properties: Properties) -> Properties:
        tags = [{"TagKey": t["Key"], "TagValue": t["Value"]} for t in properties.get("Tags", [])]
        return {**properties, "Tags": tags}

    rewrite_properties(Key, rewrite)


def install() -> None:
    """Apply every patch of this module to moto."""
    tag_keys_as_the_api_does()
