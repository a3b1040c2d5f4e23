"""Refusals, in the shape that the service's clients understand."""

import json
from collections.abc import Iterable
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from local.policies.decision import Layer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

    from local.policies.recording import Judged

_XML = "text/xml"


class Fault(Enum):
    """Why a call is refused, with the error's code in JSON and in XML.

    https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
    """

    DENIED = ("AccessDeniedException", "AccessDenied")
    UNKNOWN_CREDENTIALS = ("UnrecognizedClientException", "InvalidClientTokenId")
    EXPIRED = ("ExpiredTokenException", "ExpiredToken")
    UNSIGNED = ("MissingAuthenticationTokenException", "MissingAuthenticationToken")


# Codes that a service has for itself.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
# https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
_SERVICES = {
    ("ec2", Fault.DENIED): "UnauthorizedOperation",
    ("ec2", Fault.UNKNOWN_CREDENTIALS): "AuthFailure",
    ("s3", Fault.UNKNOWN_CREDENTIALS): "InvalidAccessKeyId",
    ("sns", Fault.DENIED): "AuthorizationError",
}


class Refusal(Exception):  # noqa: N818  # it is an answer
    """A call must not reach the service.

    Attributes:
        fault: Why.
        judged: The call, if it got so far that AWS records it.
        layer: What refused it, if a policy did.
    """

    def __init__(
        self,
        message: str,
        fault: Fault = Fault.DENIED,
        *,
        judged: "Judged | None" = None,
        layer: Layer | None = None,
    ) -> None:
        super().__init__(message)
        self.fault = fault
        self.judged = judged
        self.layer = layer


def answer(
    refusal: Refusal, start_response: "StartResponse", *, service: str, protocol: str
) -> Iterable[bytes]:
    """Answer a call with an error.

    Args:
        refusal: What is wrong with it.
        start_response: WSGI's.
        service: The service that was called, as boto3 names it.
        protocol: How the call came.
    """
    code = _code(refusal.fault, service, protocol)
    content_type, body = _body(protocol, code, str(refusal))
    # The JSON protocol answers 400 to everything that is the caller's fault.
    status = HTTPStatus.BAD_REQUEST if protocol == "json" else HTTPStatus.FORBIDDEN
    encoded = body.encode()
    start_response(
        f"{status.value} {status.phrase}",
        [
            ("Content-Type", content_type),
            ("Content-Length", str(len(encoded))),
            ("x-amzn-ErrorType", code),
        ],
    )
    return [encoded]


def _code(fault: Fault, service: str, protocol: str) -> str:
    in_json, in_xml = fault.value
    return _SERVICES.get((service, fault)) or (
        in_json if protocol in {"json", "rest-json"} else in_xml
    )


def _body(protocol: str, code: str, message: str) -> tuple[str, str]:
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    match protocol:
        case "rest-xml":
            return _XML, f"<Error>{error}</Error>"
        case "ec2":
            return _XML, f"<Response><Errors><Error>{error}</Error></Errors></Response>"
        case "query":
            return _XML, f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>"
        case "rest-json":
            return "application/json", json.dumps({"Message": message})
    return "application/x-amz-json-1.1", json.dumps({"__type": code, "Message": message})
