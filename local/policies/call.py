"""A call of AWS's API, taken apart."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import UnknownServiceError
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request as HttpRequest
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from local.policies.callers import Caller
from local.policies.credential import Credential

# Services that sign with another name than boto3 has for them.
_SERVICES = {"monitoring": "cloudwatch"}


class UnknownCall(Exception):  # noqa: N818  # the call may be fine, we don't know it
    """It cannot be told what the call wants."""


@dataclass(frozen=True)
class Call:
    """One operation of one service, with its parameters as boto3 names them.

    Attributes:
        service: As boto3 names it.
        protocol: How it came, which is how it has to be answered.
        caller: Who makes it.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    protocol: str
    region: str
    caller: Caller

    @property
    def account(self) -> str:
        """The caller's account."""
        return self.caller.account

    @property
    def name(self) -> str:
        """Service and operation, for example `secretsmanager:GetSecretValue`."""
        return f"{self.service}:{self.operation}"


def service_of(credential: Credential) -> str:
    """Return boto3's name of the service for which a request is signed."""
    return _SERVICES.get(credential.service, credential.service)


def protocol_of(credential: Credential, content_type: str) -> str:
    """Find out how a service must be answered.

    Returns:
        The name of AWS's protocol, for example `rest-json`; `json` where it is not known.
    """
    try:
        return determine_request_protocol(get_service_model(service_of(credential)), content_type)
    except (UnknownServiceError, NotImplementedError):
        return "json"


def read_call(environ: Mapping[str, Any], credential: Credential, caller: Caller) -> Call:
    """Take an HTTP request apart.

    Args:
        environ: The request; its body can still be read afterwards.
        credential: The signature's scope.
        caller: Who makes it.

    Raises:
        UnknownCall: The service or the operation is not known.
    """
    request = _copy(environ)
    service = service_of(credential)
    try:
        model = get_service_model(service)
        operation, uri_parameters = get_service_router(service).match(request)
        protocol = determine_request_protocol(model, request.content_type)
        parameters = PROTOCOL_PARSERS[protocol](operation).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": uri_parameters,
            }
        )
    except (UnknownServiceError, HTTPException, NotImplementedError, LookupError) as error:
        raise UnknownCall(f"{request.method} {request.path} of {service}") from error
    return Call(service, operation.name, parameters, protocol, credential.region, caller)


def _copy(environ: Mapping[str, Any]) -> HttpRequest:
    """Make a request that can be read without taking anything from the original."""
    stream = environ["wsgi.input"]
    assert isinstance(stream, io.BytesIO)  # noqa: S101  # see buffered()
    return HttpRequest({**environ, "wsgi.input": io.BytesIO(stream.getvalue())})


def buffered(environ: Mapping[str, Any]) -> dict[str, Any]:
    """Read a request's body into memory, so that several readers can have it."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    stream = environ["wsgi.input"]
    body = stream.read() if environ.get("wsgi.input_terminated") else stream.read(length)
    return {**environ, "wsgi.input": io.BytesIO(body)}
