"""What is logged about one event: the function's output between Lambda's own lines.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

import math

from local.functions.deployed import DeployedFunction
from local.functions.ending import Ending

# `LogType=Tail` returns that much.
TAIL_BYTES = 4096


def transcript(
    function: DeployedFunction,
    *,
    request_id: str,
    output: bytes,
    ending: Ending,
    peak_memory: int | None,
    init: tuple[bytes, float] | None,
) -> str:
    """Write up one event.

    The runtime ends the lines of a traceback with a carriage return, so that Lambda keeps them
    together; people read them here, so they become lines.

    Args:
        function: Who logs.
        request_id: The event that it was about.
        output: What the process wrote.
        ending: How the event ended.
        peak_memory: Megabytes, where known.
        init: What the process wrote while it started, and how many seconds that took; None if it
            was warm.
    """
    init_output, init_seconds = init or (b"", None)
    lines = [
        *_lines(init_output),
        f"START RequestId: {request_id} Version: {function.version}",
        *_lines(output),
        *([ending.note] if ending.note else []),
        f"END RequestId: {request_id}",
        _report(function, request_id, ending.seconds, peak_memory, init_seconds),
    ]
    return "\n".join(lines) + "\n"


def _lines(output: bytes) -> list[str]:
    # Not splitlines(): that takes characters for the end of a line which JSON has inside of one.
    text = output.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    return text.removesuffix("\n").split("\n") if text else []


def _report(
    function: DeployedFunction,
    request_id: str,
    seconds: float,
    peak_memory: int | None,
    init_seconds: float | None,
) -> str:
    milliseconds = seconds * 1000
    fields = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {milliseconds:.2f} ms",
        f"Billed Duration: {math.ceil(milliseconds)} ms",
        f"Memory Size: {function.memory} MB",
    ]
    if peak_memory is not None:
        fields.append(f"Max Memory Used: {peak_memory} MB")
    if init_seconds is not None:
        fields.append(f"Init Duration: {init_seconds * 1000:.2f} ms")
    return "\t".join(fields) + "\t"
