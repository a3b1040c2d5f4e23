"""The bounds of an API's parameters: lengths, ranges, patterns and enumerations.

They are those of botocore's models. Clients check that what is required is there and long enough;
the rest only the service refuses, and moto takes it.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.loaders
from botocore.model import ListShape, MapShape, OperationNotFoundError, ServiceModel, Shape
from botocore.model import StructureShape as Structure
from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse

from local.aws import quotas

_CODES = {
    "cloudformation": "ValidationError",
    "events": "ValidationException",
    "iam": "ValidationError",
    "kms": "ValidationException",
    "logs": "InvalidParameterException",
    "secretsmanager": "ValidationException",
    "sts": "ValidationError",
}
"""The services that are checked, each with what it calls a parameter out of its bounds."""

_NAMED = {
    "ClientRequestToken": "ClientRequestToken must be 32-64 characters long.",
    "RotationLambdaARN": "RotationLambdaARN must <= 2048 characters long.",
    "AutomaticallyAfterDays": "RotationRules.AutomaticallyAfterDays must be within 1-1000.",
}
"""Parameters of Secrets Manager that it names itself, with an InvalidParameterException."""


_CHECKED_BY_MOTO = {
    ("secretsmanager", "GetRandomPassword"): {"ExcludeCharacters", "PasswordLength"},
    ("secretsmanager", "ListSecrets"): {"Key"},
}
"""Parameters of calls that moto checks, with the service's own words."""


class OutOfBoundsError(ServiceException):
    """A parameter is not within the bounds that the API documents."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check(response: BaseResponse) -> None:
    """Refuse a call with a parameter out of bounds.

    Raises:
        OutOfBoundsError: There is one.
        QuotaExceededError: One is larger than a quota.
    """
    service = str(response.boto3_service_name)
    if service not in _CODES.keys() | quotas.SERVICES:
        return
    given = response.params if response.automated_parameter_parsing else _json(response.body)
    quotas.check_call(response, given)
    if service not in _CODES:
        return
    operation = response._get_action()  # noqa: SLF001 - no accessor
    try:
        shape = _model(service).operation_model(operation).input_shape
    except OperationNotFoundError:
        return
    if shape is None:
        return
    checked = _CHECKED_BY_MOTO.get((service, operation), set())
    for path, name, value, constraint in _violations(shape, given, ""):
        if name in checked:
            continue
        if service == "secretsmanager" and name in _NAMED:
            raise OutOfBoundsError("InvalidParameterException", _NAMED[name])
        raise OutOfBoundsError(
            _CODES[service],
            f"1 validation error detected: Value '{value}' at '{path}' failed to satisfy "
            f"constraint: {constraint}",
        )


def _json(body: Any) -> dict[str, Any]:  # noqa: ANN401 - text or bytes
    """What a call of the JSON protocol says; a body that can't be read is moto's to refuse."""
    try:
        given = json.loads(body or "{}")
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


@cache
def _model(service: str) -> ServiceModel:
    return ServiceModel(botocore.loaders.Loader().load_service_model(service, "service-2"), service)


_Violation = tuple[str, str, Any, str]


def _violations(shape: Shape, value: Any, path: str) -> Iterator[_Violation]:  # noqa: ANN401 - any JSON value
    if isinstance(shape, Structure) and isinstance(value, dict):
        for name, member in shape.members.items():
            if value.get(name) is not None:
                where = name[0].lower() + name[1:]
                yield from _violations(member, value[name], f"{path}.{where}" if path else where)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        yield from _of_size(shape, value, path)
        for number, item in enumerate(value, start=1):
            yield from _violations(shape.member, item, f"{path}.{number}.member")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        yield from _of_size(shape, value, path)
        for key, item in value.items():
            yield from _violations(shape.value, item, f"{path}.{key}")
    elif isinstance(value, str):
        yield from _of_size(shape, value, path)
        yield from _of_text(shape, value, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _of_number(shape, value, path)


def _of_size(shape: Shape, value: Any, path: str) -> Iterator[_Violation]:  # noqa: ANN401 - likewise
    if shape.type_name not in {"string", "list", "map"}:
        return
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    shown = "***" if shape.metadata.get("sensitive") else value
    if low is not None and len(value) < low:
        limit = f"Member must have length greater than or equal to {low}"
        yield path, _last(path), shown, limit
    if high is not None and len(value) > high:
        yield path, _last(path), shown, f"Member must have length less than or equal to {high}"


def _of_text(shape: Shape, value: str, path: str) -> Iterator[_Violation]:
    pattern, allowed = shape.metadata.get("pattern"), shape.metadata.get("enum")
    if pattern and (compiled := _compiled(pattern)) and not compiled.fullmatch(value):
        limit = f"Member must satisfy regular expression pattern: {pattern}"
        yield path, _last(path), value, limit
    if allowed and value not in allowed:
        yield (
            path,
            _last(path),
            value,
            f"Member must satisfy enum value set: [{', '.join(allowed)}]",
        )


def _of_number(shape: Shape, value: float, path: str) -> Iterator[_Violation]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and value < low:
        yield path, _last(path), value, f"Member must have value greater than or equal to {low}"
    if high is not None and value > high:
        yield path, _last(path), value, f"Member must have value less than or equal to {high}"


def _last(path: str) -> str:
    name = path.rpartition(".")[2]
    return name[:1].upper() + name[1:]


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Compile a pattern of the models; None if it can't be had here."""
    try:
        return re.compile(of_java(pattern))
    except re.error:
        return None


def of_java(pattern: str) -> str:
    """Say a regular expression of AWS's, which are written for Java, in Python's way."""
    for java, python in {r"\p{L}": r"\w", r"\p{Z}": r"\s", r"\p{N}": r"\d"}.items():
        pattern = pattern.replace(java, python)
    return pattern
