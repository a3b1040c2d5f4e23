"""Each warning fails the tests but for one of Python's own."""

import gc
import socket
import ssl
import struct

import pytest

_RESET = struct.pack("ii", 1, 0)  # a close that lingers for no second


def _connected() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return socket.create_connection(listening.getsockname()), listening.accept()[0]


def _encrypted(plain: socket.socket) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(
        plain, server_hostname="localhost", do_handshake_on_connect=False
    )


def test_a_reset_before_the_handshake_is_no_leak_of_ours() -> None:
    ours, theirs = _connected()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    theirs.close()
    with pytest.raises(ConnectionResetError):
        _encrypted(ours)
    gc.collect()


def test_a_connection_that_nobody_closes_is_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    leaks: list[str] = []
    monkeypatch.setattr("sys.unraisablehook", lambda it: leaks.append(str(it.exc_value)))
    ours, theirs = _connected()
    with theirs:
        _encrypted(ours)
        gc.collect()
    [leak] = leaks
    assert leak.startswith("unclosed <ssl.SSLSocket")
