"""Starts the runtime interface client in a process of a function, and gives it a network.

Run as a file with the functions' own Python. Two things are different from the machine's network:
names below `localhost` lead to this machine (RFC 6761, 6.3), which not every system's resolver
knows; and before a connection is made, the local AWS is asked whether security groups let it
through. One that they do not let through ends at once like one that nobody answers; on AWS it would
do so after the caller's time-out. Only what connects by Python's sockets is seen.
"""

import contextlib
import errno
import os
import runpy
import socket
import sys
from typing import Any

_LET_THROUGH = (b" 204 ", b" 404 ")
"""What is answered if nothing is in the way, or by a server that knows no security groups."""

_ENOUGH = 16
_SECONDS = 10.0

_endpoint = os.environ["AWS_ENDPOINT_URL"].rpartition("/")[2].split(":")
_runtime_api = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
_OURS = {int(_endpoint[1]), int(_runtime_api[1])}
_resolve = socket.getaddrinfo


def _getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - the socket module's
    if isinstance(host, str) and host.endswith(".localhost"):
        host = "localhost"
    return _resolve(host, *arguments, **named)


def _check(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and address[1] not in _OURS and _is_refused(address[1]):
        raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))


def _is_refused(port: int) -> bool:
    """Whether the local AWS does not let it through; where there is none, everything is."""
    path = f"/_local/ways/{os.environ['AWS_ACCESS_KEY_ID']}/{port}"
    with contextlib.suppress(OSError), socket.socket() as control:
        control.settimeout(_SECONDS)
        control.connect((_endpoint[0], int(_endpoint[1])))
        control.sendall(f"GET {path} HTTP/1.0\r\nHost: {_endpoint[0]}\r\n\r\n".encode())
        answer = b""
        while len(answer) < _ENOUGH and (part := control.recv(_ENOUGH)):
            answer += part
        return not any(each in answer for each in _LET_THROUGH)
    return False


if __name__ == "__main__":
    socket.getaddrinfo = _getaddrinfo
    if os.environ["AWS_ENDPOINT_URL"].startswith("http://"):  # else it is not the local AWS
        sys.addaudithook(_check)
    sys.path[0] = os.getcwd()  # noqa: PTH109 - what `python -m` puts there
    sys.argv = ["awslambdaric", *sys.argv[1:]]
    runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)
