"""The function that makes a custom resource: one run of it, and what came of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
)

from cloudformation.outcome import Outcome

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

CONNECT_SECONDS = 5
READ_SECONDS = 100
"""Longer than the time-out of each function that is run, which has its end before."""

PATIENCE_SECONDS = 60
"""How long a refusal that passes by itself is waited for."""

PAUSE_SECONDS = 5

_NOT_YET: Mapping[str, str] = {
    "AccessDeniedException": "The function of the custom resources may not invoke it: compare its "
    "name with what the role's policy allows",
    "CodeArtifactUserPendingException": "Lambda is still making it ready: try again later",
    "EC2ThrottledException": "Lambda is still connecting it to its network: try again later",
    "ENINotReadyException": "Lambda is still connecting it to its network: try again later",
    "ResourceConflictException": "Lambda is still making it ready: try again later",
    "ResourceNotReadyException": "Lambda is still connecting it to its network: try again later",
    "TooManyRequestsException": "Too many functions run in this account: try again later, or have "
    "the quota of concurrent executions raised",
}
"""Refusals that pass by themselves, with what to do if they don't. The function did not run.

A role has its rights some seconds after it was made. A function in a network that nobody has
called for weeks is connected again when somebody does:
https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html,
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
"""

_NOT_FOUND = "ResourceNotFoundException"
_GONE = (
    "Deploy the stack that has it. To delete the resource without it, retain the resource in the "
    "deletion of its stack"
)
_TYPE = re.compile(r"[A-Za-z_][\w.]{0,99}")
_TIMED_OUT = re.compile(r"Task timed out after [\d.]+ seconds")


class NotRunError(Exception):
    """The function did not run. The text names it and what to do; it holds no secret."""


class NoOutcomeError(Exception):
    """The function may have run, and did not tell how it ended; as `NotRunError`."""


class Inner:
    """Runs functions, each once for a request."""

    def __init__(
        self,
        client: LambdaClient,
        *,
        clock: Callable[[], float],
        pause: Callable[[float], None],
    ) -> None:
        """Composes it.

        Args:
            client: Lambda, without retries.
            clock: Seconds from any fixed point.
            pause: Waits so many seconds.
        """
        self._client = client
        self._clock = clock
        self._pause = pause

    def run(self, function: object, request: Mapping[str, Any]) -> Outcome:
        """Runs a function on a request and waits for its end.

        Args:
            function: Its name or ARN.
            request: What it gets.

        Returns:
            What it returned.

        Raises:
            NotRunError: It did not run.
            NoOutcomeError: It returned nothing that can be used.
        """
        if not isinstance(function, str) or not function:
            raise NotRunError("The custom resource has no Function. Give it the function's ARN.")
        name = function.rpartition(":function:")[2]
        failed, content = self._invoke(function, name, json.dumps(request).encode())
        if failed:
            raise NoOutcomeError(f"{name} {_error(content)}. {_see_log(name)}.")
        try:
            return Outcome.parse(json.loads(content))
        except ValueError as error:
            why = "it is no JSON" if isinstance(error, json.JSONDecodeError) else str(error)
            raise NoOutcomeError(
                f"{name} returned nothing that can be used: {why}. Deploy the version of it that "
                "belongs to this one."
            ) from None

    def _invoke(self, function: str, name: str, payload: bytes) -> tuple[bool, bytes]:
        """Whether the function failed, and what it returned."""
        end = self._clock() + PATIENCE_SECONDS
        while True:
            try:
                reply = self._client.invoke(FunctionName=function, Payload=payload)
                return "FunctionError" in reply, reply["Payload"].read()
            except ClientError as error:
                if _code(error) in _NOT_YET and self._clock() + PAUSE_SECONDS < end:
                    self._pause(PAUSE_SECONDS)
                    continue
                raise _refused(name, error) from None
            except (ConnectTimeoutError, EndpointConnectionError, ParamValidationError) as error:
                cause = f"{name} could not be invoked: {type(error).__name__}"
                raise NotRunError(f"{cause}. Try again later.") from None
            except BotoCoreError as error:
                cause = f"The call of {name} broke: {type(error).__name__}. It may have run"
                raise NoOutcomeError(f"{cause}. {_see_log(name)}.") from None


def _refused(name: str, error: ClientError) -> Exception:
    code = _code(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    cause = f"{name} could not be invoked: {code}"
    if code == _NOT_FOUND:
        return NotRunError(f"{cause}. {_GONE}.")
    if code in _NOT_YET:
        return NotRunError(f"{cause}. {_NOT_YET[code]}.")
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return NotRunError(f"{cause}. Compare its configuration with the template.")
    return NoOutcomeError(f"{cause}. It may have run. {_see_log(name)}.")


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def _error(content: bytes) -> str:
    """What ended the function, without the error's text, which may hold anything."""
    try:
        told = dict(json.loads(content))
    except (TypeError, ValueError):
        told = {}
    kind, text = (str(told.get(each, "")) for each in ("errorType", "errorMessage"))
    if kind == "Sandbox.Timedout" or _TIMED_OUT.search(text):
        return "did not end within its time"
    return f"ended with {kind}" if _TYPE.fullmatch(kind) else "ended with an error"


def _see_log(name: str) -> str:
    return f"See its log /aws/lambda/{name} for what it was at, then deploy again"
