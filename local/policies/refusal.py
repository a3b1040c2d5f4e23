"""Refusals in the shape that the service's clients understand."""

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

_XML = "text/xml"
# Codes that a service has for itself.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
# https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
_DENIED = {"ec2": "UnauthorizedOperation", "sns": "AuthorizationError"}
_INVALID = {"ec2": "AuthFailure", "s3": "InvalidAccessKeyId"}


def access_denied(service: str, protocol: str) -> str:
    """Return the error code with which a service denies access."""
    return _DENIED.get(service) or _in_json(protocol, "AccessDeniedException", "AccessDenied")


def invalid_credentials(service: str, protocol: str) -> str:
    """Return the error code with which a service refuses credentials it does not know."""
    code = _in_json(protocol, "UnrecognizedClientException", "InvalidClientTokenId")
    return _INVALID.get(service) or code


def expired_credentials(protocol: str) -> str:
    """Return the error code with which a service refuses credentials that have expired."""
    return _in_json(protocol, "ExpiredTokenException", "ExpiredToken")


def refuse(
    start_response: "StartResponse", *, protocol: str, code: str, message: str
) -> Iterable[bytes]:
    """Answer a call with an error.

    Args:
        start_response: WSGI's.
        protocol: How the call came.
        code: The error's code.
        message: What the caller reads.
    """
    content_type, body = _body(protocol, code, message)
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


def _in_json(protocol: str, in_json: str, otherwise: str) -> str:
    return in_json if protocol in {"json", "rest-json"} else otherwise
