"""What CloudFormation checks of a resource before it is made or changed, from its own schemas.

They are those that cfn-lint ships. A change of a property that is create-only takes another
resource. What the schemas cannot say, sizes that are counted over several properties, is in
`local.aws.quotas`.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint  # type: ignore[import-untyped]  # published without types
from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError as SchemaError
from moto.cloudformation.models import Stack

from local.aws import quotas
from local.aws.cloudformation.resource import Properties
from local.aws.parameters import of_java

_SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"

_ALSO_REPLACING = {
    "AWS::RDS::DBCluster": ("Engine", "MasterUsername"),
    "AWS::RDS::DBInstance": ("Engine",),
}
"""Of the properties whose change replaces a resource under conditions, those that do here."""

_CHECKED = {"additionalProperties", "enum", "maxItems", "maxLength", "minItems", "minLength"} | {
    "maximum",
    "minimum",
    "pattern",
    "required",
    "uniqueItems",
}
"""Types are not: CloudFormation takes a number for a text and a text for a number."""


class InvalidPropertiesError(Exception):
    """CloudFormation would not take the properties of a resource."""


def check(kind: str, properties: Properties, stack: Stack) -> None:
    """Refuse properties that break the schema or a quota.

    Raises:
        InvalidPropertiesError: They do.
        QuotaExceededError: Likewise.
    """
    problems = [f"{_place(error)}: {error.message}" for error in _errors(kind, properties)]
    if problems:
        raise InvalidPropertiesError(
            "Properties validation failed for resource with message: " + "; ".join(problems)
        )
    quotas.check_resource(kind, properties, stack.account_id, stack.region_name)


def changed_create_only(kind: str, old: Properties, new: Properties) -> list[str]:
    """Name the properties whose change replaces the resource."""
    names = [*_create_only(kind), *_ALSO_REPLACING.get(kind, ())]
    return [name for name in names if _at(old, name) != _at(new, name)]


def _errors(kind: str, properties: Properties) -> Iterator[SchemaError]:
    validator = _validator(kind)
    for error in validator.iter_errors(properties) if validator else ():
        if error.validator in _CHECKED and not _is_reference(error.instance):
            yield error


def _is_reference(value: object) -> bool:
    """Whether a value is not known yet: CloudFormation looks it up for the resource's handler."""
    return isinstance(value, str) and "{{resolve:" in value


def _place(error: SchemaError) -> str:
    return "#" + "".join(f"/{part}" for part in error.absolute_path)


def _at(properties: Any, path: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value at a path such as ``DnsOptions/PrivateDnsPreference``; a scalar as text."""
    for name in path.split("/"):
        properties = properties.get(name) if isinstance(properties, dict) else None
    if isinstance(properties, bool):
        return str(properties).lower()
    return properties if isinstance(properties, dict | list | None) else str(properties)


@cache
def _create_only(kind: str) -> tuple[str, ...]:
    paths = (_schema(kind) or {}).get("createOnlyProperties", [])
    return tuple(path.removeprefix("/properties/") for path in paths)


@cache
def _validator(kind: str) -> Draft7Validator | None:
    schema = _schema(kind)
    return Draft7Validator(schema) if schema else None


@cache
def _schema(kind: str) -> dict[str, Any] | None:
    """The type's schema; None for custom resources and what the specification does not know."""
    file = _files().get(kind)
    if file is None:
        return None
    schema: dict[str, Any] = json.loads(
        (_SCHEMAS / "resources" / f"{file}.json").read_text(), object_hook=_with_patterns
    )
    return schema


def _with_patterns(node: dict[str, Any]) -> dict[str, Any]:
    """Take the patterns that can be had here."""
    names = node.get("patternProperties")
    if isinstance(names, dict):
        node = {**node, "patternProperties": {of_java(name): names[name] for name in names}}
    pattern = node.get("pattern")
    if isinstance(pattern, str):
        try:
            re.compile(of_java(pattern))
        except re.error:
            return {name: value for name, value in node.items() if name != "pattern"}
        return {**node, "pattern": of_java(pattern)}
    return node


@cache
def _files() -> dict[str, str]:
    files: dict[str, str] = json.loads((_SCHEMAS / "providers" / "us-east-1.json").read_text())
    return files
