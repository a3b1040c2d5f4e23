"""A TLS connection of which every wait ends by a deadline, and which reads so much and no more."""

from __future__ import annotations

import io
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import botocore

from api_declaration.address import Origin
from api_token.destinations import Destinations

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

LARGEST_ANSWER = 1_048_576
"""Bytes on the wire, headers included."""

Remaining = Callable[[], float]
"""Tells how many seconds are left; raises TimeoutError if none are."""

Resolve = Callable[[Origin], Sequence[str]]
"""Tells the addresses of a host; raises OSError."""


class ForbiddenAddressError(Exception):
    """A host has no address that may be connected to."""


class TooLargeError(Exception):
    """An answer is larger than any about tokens."""


def addresses_of(origin: Origin) -> Sequence[str]:
    """The addresses of a host, each once, in the resolver's order."""
    found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class BoundedConnection(HTTPConnection):
    """A connection to one of the addresses that a host had when it was asked, once.

    The address that is checked is the one that is connected to: a name that is resolved a second
    time may lead elsewhere. `http.client` itself asks no proxy, follows no redirect, keeps no
    cookies and unpacks nothing.
    """

    def __init__(
        self,
        origin: Origin,
        *,
        context: ssl.SSLContext,
        destinations: Destinations,
        remaining: Remaining,
        resolve: Resolve = addresses_of,
    ) -> None:
        """Say where to; nothing is connected yet.

        Args:
            origin: The host, whose name the certificate has to have.
            context: What is trusted.
            destinations: Which addresses may be connected to.
            remaining: How long all of it may take.
            resolve: Tells the addresses of the host.
        """
        super().__init__(origin.host, origin.port)
        self.default_port = 443  # the header Host names no other
        self._origin = origin
        self._context = context
        self._destinations = destinations
        self._remaining = remaining
        self._resolve = resolve
        self._socket: socket.socket | None = None

    def connect(self) -> None:
        """Connect, and prove the host.

        Raises:
            ForbiddenAddressError: It has addresses, and none may be connected to.
            OSError: It can't be reached in time, or it is not proven to be the host.
        """
        found = self._resolved()
        allowed = [each for each in found if self._destinations.allow(each)]
        if not allowed:
            raise ForbiddenAddressError
        self._socket = self._connected(allowed)
        self._socket.settimeout(self._remaining())
        secure = self._context.wrap_socket(self._socket, server_hostname=self._origin.host)
        self._socket = secure
        self.sock = _BoundedSocket(secure, self._remaining)

    def hang_up(self) -> None:
        """Close the connection. Any number of times."""
        if self._socket:
            self._socket.close()

    def _resolved(self) -> Sequence[str]:
        """Ask the resolver in a thread: it has time-outs of its own, and takes no others."""
        answer: list[Sequence[str]] = []
        trouble: list[OSError] = []

        def ask() -> None:
            try:
                answer.append(self._resolve(self._origin))
            except (OSError, UnicodeError) as error:
                trouble.append(error if isinstance(error, OSError) else OSError("no such name"))

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(self._remaining())
        if trouble:
            raise trouble[0]
        if not answer:
            raise TimeoutError("the resolver does not answer")
        return answer[0]

    def _connected(self, addresses: Sequence[str]) -> socket.socket:
        """Connect to the first of them that answers; each gets its share of the time."""
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            try:
                return socket.create_connection(
                    (address, self._origin.port), timeout=self._remaining() / left
                )
            except OSError:
                if left == 1:
                    raise
        raise ForbiddenAddressError


class _BoundedSocket:
    """What `http.client` needs of a socket."""

    def __init__(self, inner: ssl.SSLSocket, remaining: Remaining) -> None:
        self._inner = inner
        self._remaining = remaining

    def sendall(self, data: ReadableBuffer) -> None:
        """Send all of it within the time."""
        view = memoryview(data).cast("B")
        while view:
            self._inner.settimeout(self._remaining())
            view = view[self._inner.send(view) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What the answer is read from."""
        return io.BufferedReader(_BoundedReader(self._inner, self._remaining))

    def close(self) -> None:
        """Do nothing: `http.client` closes it before the answer is read."""


class _BoundedReader(io.RawIOBase):
    """Reads from a socket: a server that sends a byte now and then gets no more time for it."""

    def __init__(self, inner: ssl.SSLSocket, remaining: Remaining) -> None:
        super().__init__()
        self._inner = inner
        self._remaining = remaining
        self._left = LARGEST_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._inner.settimeout(self._remaining())
        count = self._inner.recv_into(buffer)
        self._left -= count
        if self._left < 0:
            raise TooLargeError
        return count


PUBLIC_AUTHORITIES = str(Path(botocore.__file__).with_name("cacert.pem"))
"""What the SDK trusts AWS by: the public authorities, in every runtime of Lambda."""


def trusting(authorities: str) -> ssl.SSLContext:
    """TLS 1.2 or newer, with a certificate and a name that are checked.

    Args:
        authorities: File with the authorities that are trusted, and no others.
    """
    context = ssl.create_default_context(cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context
