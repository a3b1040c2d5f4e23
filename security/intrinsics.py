"""A template's intrinsic functions, evaluated."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from security.errors import ProofError

Lookup = Callable[[str, str | None], str]
"""Gives the value of a `Ref` (no attribute) or an `Fn::GetAtt` by logical id and attribute."""


def evaluate(value: Any, lookup: Lookup) -> Any:  # noqa: ANN401  # JSON in, JSON out
    """Evaluate every intrinsic function in a value.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html

    Args:
        value: A piece of a template.
        lookup: Who knows what references stand for.

    Raises:
        ProofError: There is a function that is not known here.
    """
    match value:
        case {"Ref": str(name)} if len(value) == 1:
            return lookup(name, None)
        case {"Fn::GetAtt": [str(name), str(attribute)]} if len(value) == 1:
            return lookup(name, attribute)
        case Mapping():
            return _call(value, lookup)
        case str():
            return value
        case Sequence():
            return [evaluate(each, lookup) for each in value]
    return value


def _call(value: Mapping[str, Any], lookup: Lookup) -> Any:  # noqa: ANN401  # as above
    name, *others = value
    if others or not name.startswith("Fn::"):
        return {key: evaluate(inner, lookup) for key, inner in value.items()}
    match name, value[name]:
        case "Fn::Base64", text:
            return base64.b64encode(str(evaluate(text, lookup)).encode()).decode()
        case "Fn::Sub", str(pattern):
            return _substitute(pattern, lookup)
        case "Fn::Join", [separator, parts]:
            return str(separator).join(evaluate(parts, lookup))
        case "Fn::Split", [separator, text]:
            return evaluate(text, lookup).split(separator)
        case "Fn::Select", [index, options]:
            return evaluate(options, lookup)[int(index)]
    raise ProofError(f"{name} is not understood; add it to security/intrinsics.py: {value}")


def _substitute(pattern: str, lookup: Lookup) -> str:
    literal, *references = pattern.split("${")
    parts = [literal]
    for reference in references:
        name, _, rest = reference.partition("}")
        target, _, attribute = name.partition(".")
        parts += [lookup(target, attribute or None), rest]
    return "".join(parts)
