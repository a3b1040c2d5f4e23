"""The `Invoke` call of Lambda's API.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction

from local.functions.invocation import CannotRun, TooManyRequests
from local.functions.moto_functions import deployed
from local.functions.request import InvokeRequest, new_request

if TYPE_CHECKING:
    from local.functions.functions import Functions


def http_invoke(
    functions: "Functions",
    target: LambdaFunction,
    body: str,
    request_headers: Mapping[str, str],
    response_headers: dict[str, str],
) -> bytes:
    """Answer one `Invoke`.

    Args:
        functions: Who runs it.
        target: The function that moto found.
        body: The event's JSON; none means an empty object.
        request_headers: Looked up without regard to case.
        response_headers: Those of the answer are added.

    Returns:
        The answer's body; it is empty unless the caller waits for the function.

    Raises:
        LambdaClientError: Lambda's own answer to a call that it refuses.
    """
    kind = request_headers.get("X-Amz-Invocation-Type", "RequestResponse")
    with _refusals_as_lambda_words_them():
        function = deployed(target)
        request = _request(body, request_headers)
        if kind == "DryRun":
            return b""
        if kind == "Event":
            functions.submit(function, request)
            return b""
        invocation = functions.run(function, request)
    response_headers["X-Amz-Executed-Version"] = function.version
    response_headers["x-amz-log-result"] = base64.b64encode(invocation.log_tail).decode()
    if invocation.error:
        response_headers["X-Amz-Function-Error"] = "Unhandled"
    return invocation.payload


def _request(body: str, headers: Mapping[str, str]) -> InvokeRequest:
    try:
        json.loads(body or "{}")
    except ValueError as error:
        raise LambdaClientError(
            "InvalidRequestContentException", f"Could not parse request body into json: {error}"
        ) from error
    context = headers.get("X-Amz-Client-Context")
    return new_request(
        (body or "{}").encode(),
        client_context=base64.b64decode(context).decode() if context else None,
    )


class _TooManyRequestsError(LambdaClientError):
    code = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, refusal: TooManyRequests) -> None:
        super().__init__("TooManyRequestsException", str(refusal))
        told = {"Reason": refusal.reason, "Type": "User", "message": str(refusal)}
        self.description = json.dumps(told)


@contextmanager
def _refusals_as_lambda_words_them() -> Iterator[None]:
    try:
        yield
    except TooManyRequests as refusal:
        raise _TooManyRequestsError(refusal) from refusal
    except CannotRun as refusal:
        raise LambdaClientError("InvalidParameterValueException", str(refusal)) from refusal
