"""What is resolved last: ``{{resolve:secretsmanager:…}}``, and what ``AWS::NoValue`` takes away.

moto passes the first on as it stands, and leaves a null in a list for the second.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
"""

import json
import re
from typing import Any

from moto.cloudformation import parsing
from moto.secretsmanager.models import secretsmanager_backends

from local.moto_patch import replace

_REFERENCE = re.compile(
    r"\{\{resolve:secretsmanager:"
    r"(?P<secret>arn:[^:]+:secretsmanager:(?P<region>[^:]+):(?P<account>\d+):secret:[^:}]+)"
    r"(?::SecretString(?::(?P<key>[^:}]*)(?::(?P<stage>[^:}]*)(?::(?P<version>[^:}]*))?)?)?)?\}\}"
)


def resolve(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Replace each reference in a JSON value by what the secret holds, and drop nulls from lists.

    Raises:
        ValueError: A reference is not written as documented, or the secret has no such key.
    """
    if isinstance(value, dict):
        return {key: resolve(item) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item) for item in value if item is not None]
    if not isinstance(value, str) or "{{resolve:" not in value:
        return value
    resolved = _REFERENCE.sub(_look_up, value)
    if "{{resolve:" in resolved:
        raise ValueError(f"not a dynamic reference that the local AWS knows: {value}")
    return resolved


def _look_up(reference: re.Match[str]) -> str:
    backend = secretsmanager_backends[reference["account"]][reference["region"]]
    answer = backend.get_secret_value(
        reference["secret"],
        reference["version"] or None,  # type: ignore[arg-type] # moto's own callers pass None
        reference["stage"] or ("" if reference["version"] else "AWSCURRENT"),
    )
    text = str(answer["SecretString"])
    if not reference["key"]:
        return text
    try:
        return str(json.loads(text)[reference["key"]])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{reference['secret']} has no JSON key {reference['key']!r} to resolve"
        ) from error


def install() -> None:
    """Resolve the references of each resource just before it is made or updated."""
    parse = parsing.parse_resource

    def parse_and_resolve(resource_json: dict[str, Any], resources_map: parsing.ResourceMap) -> Any:  # noqa: ANN401 - moto's: a tuple, or None for a type that it does not know
        parsed = parse(resource_json, resources_map)
        return parsed and (parsed[0], resolve(parsed[1]), parsed[2])

    replace(parsing, "parse_resource", parse_and_resolve)
