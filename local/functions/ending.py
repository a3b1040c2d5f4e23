"""How an event ended in a sandbox, in Lambda's words.

https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
https://repost.aws/knowledge-center/lambda-troubleshoot-invocation-failures
"""

import json
import signal
from dataclasses import dataclass
from datetime import UTC, datetime

from local.functions.invocation import FunctionError


@dataclass(frozen=True)
class Ending:
    """The end of one event.

    Attributes:
        payload: The answer, or the JSON that describes the failure.
        error: The failure; None if there was none.
        seconds: How long it took.
        alive: Whether the sandbox can take another event.
        note: A line that Lambda itself adds to the log.
    """

    payload: bytes
    error: FunctionError | None
    seconds: float
    alive: bool
    note: str = ""


def answered(payload: bytes, *, failed: bool, seconds: float) -> Ending:
    """The handler returned or raised."""
    error = _error(payload) if failed else None
    return Ending(payload, error, seconds, alive=True)


def init_failed(payload: bytes, *, seconds: float) -> Ending:
    """The handler could not be loaded; the runtime then exits."""
    return Ending(payload, _error(payload), seconds, alive=False)


def exited(request_id: str, status: int, *, seconds: float) -> Ending:
    """The process ended before it answered; a negative status is the signal that ended it."""
    error = FunctionError("Runtime.ExitError", f"RequestId: {request_id} Error: {_cause(status)}")
    return Ending(_payload(error), error, seconds, alive=False, note=str(error.message))


def timed_out(request_id: str, timeout: int) -> Ending:
    """The function's time was up, and it was killed."""
    message = f"Task timed out after {timeout:.2f} seconds"
    error = FunctionError("Sandbox.Timedout", f"RequestId: {request_id} Error: {message}")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    note = f"{now}Z {request_id} {message}"
    return Ending(_payload(error), error, float(timeout), alive=False, note=note)


def _cause(status: int) -> str:
    if status < 0:
        name = signal.strsignal(-status) or str(-status)
        return f"Runtime exited with error: signal: {name.lower()}"
    if status:
        return f"Runtime exited with error: exit status {status}"
    return "Runtime exited without providing a reason"


def _error(payload: bytes) -> FunctionError:
    told = json.loads(payload)
    return FunctionError(told.get("errorType", ""), told.get("errorMessage", ""))


def _payload(error: FunctionError) -> bytes:
    return json.dumps({"errorType": error.type, "errorMessage": error.message}).encode()
