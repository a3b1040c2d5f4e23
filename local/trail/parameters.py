"""A call's parameters, as CloudTrail records them: without what nobody is to see."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from moto.core.utils import get_service_model

from local.policies.call import Call

_LEFT_OUT = frozenset({"TokenCode"})
"""What AWS's models do not mark as sensitive, and is good for half a minute."""

_OF_S3 = {"Bucket": "bucketName"}


def parameters_of(call: Call) -> dict[str, Any] | None:
    """Give a call's parameters; None if it has none.

    What AWS's own models mark as sensitive is left out, and so is whatever is no text.
    """
    shape = get_service_model(call.service).operation_model(call.operation).input_shape
    given = dict(_members(shape, call.parameters)) if shape else {}
    named = _OF_S3 if call.service == "s3" else {}
    recorded = {named.get(name, _lower(name)): value for name, value in given.items()}
    return recorded or None


def _members(shape: Shape, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    members = shape.members if isinstance(shape, StructureShape) else {}
    for name, value in given.items():
        member = members.get(name)
        if value is None or member is None or name in _LEFT_OUT or _is_hidden(member):
            continue
        yield name, _value(member, value)


def _is_hidden(shape: Shape) -> bool:
    return bool(shape.metadata.get("sensitive")) or shape.type_name == "blob"


def _value(shape: Shape, value: Any) -> Any:  # noqa: ANN401 - what boto3 takes
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return {_lower(name): each for name, each in _members(shape, value)}
    if isinstance(shape, ListShape) and isinstance(value, list):
        inner = shape.member
        return [] if _is_hidden(inner) else [_value(inner, each) for each in value]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return (
            {} if _is_hidden(shape.value) else {k: _value(shape.value, v) for k, v in value.items()}
        )
    return value.isoformat() if isinstance(value, datetime) else value


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
