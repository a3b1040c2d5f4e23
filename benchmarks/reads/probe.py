"""Runs a function once in a process of its own, and prints what each part took as JSON.

It is started by its path, in the interpreter that stands for Lambda's runtime, and finds nothing
but that and the unpacked zip:

    probe.py FOLDER MODULE.FUNCTION
"""

import sys
import time

begun = time.perf_counter()
sys.path[0] = sys.argv[1]

import importlib  # noqa: E402 - from here on it counts
import json  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

import botocore.client  # noqa: E402
import botocore.session  # noqa: E402

spent = {"client": 0.0, "read": 0.0}


def timed(part: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """Add what a call takes to a part."""

    def run(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - botocore's, passed on
        start = time.perf_counter()
        try:
            return call(*arguments, **named)
        finally:
            spent[part] += time.perf_counter() - start

    return run


for owner, method, part in (
    (botocore.session.Session, "create_client", "client"),
    (botocore.client.BaseClient, "_make_api_call", "read"),
):
    setattr(owner, method, timed(part, getattr(owner, method)))

module, _, name = sys.argv[2].rpartition(".")
handler = getattr(importlib.import_module(module), name)
loaded, client_until_then = time.perf_counter(), spent["client"]
answer = handler({}, None)
ended = time.perf_counter()
print(
    json.dumps(
        {
            "import": loaded - begun - client_until_then,
            "client": spent["client"],
            "read": spent["read"],
            "login": ended - loaded - spent["read"] - (spent["client"] - client_until_then),
            "ended": time.monotonic(),
            "user": answer["user"],
        }
    )
)
