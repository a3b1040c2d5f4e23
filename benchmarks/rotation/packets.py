"""Packets of a connection to a database, counted without reading them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

_RECORD_HEADER = 5
"""Bytes before a TLS record's content."""

Size = Callable[[bytes], int]
"""Bytes of the packet that some bytes begin with; 0 as long as that can't be told."""


@dataclass(frozen=True)
class Framing:
    """How packets of a product without TLS are told apart.

    Attributes:
        opening: The client's first packet.
        message: Any other.
        asks_for_tls: Whether the client's first packet does; TLS follows.
        answer: The server's first packet, if TLS was asked for before it.
    """

    opening: Size
    message: Size
    asks_for_tls: Callable[[bytes], bool]
    answer: Size


def _typed(data: bytes) -> int:
    """A type and a length: https://www.postgresql.org/docs/current/protocol-message-formats.html."""
    header = 5
    return 1 + int.from_bytes(data[1:header]) if len(data) >= header else 0


def _untyped(data: bytes) -> int:
    header = 8
    return int.from_bytes(data[:4]) if len(data) >= header else 0


def _numbered(data: bytes) -> int:
    """https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html."""
    header = 4
    return header + int.from_bytes(data[:3], "little") if len(data) >= header else 0


_SSL_REQUEST = bytes.fromhex("0000000804d2162f")
_CLIENT_SSL = 0x0800

POSTGRES = Framing(
    opening=_untyped,
    message=_typed,
    asks_for_tls=lambda data: data.startswith(_SSL_REQUEST),
    answer=lambda _: 1,
)

MYSQL = Framing(
    opening=_numbered,
    message=_numbered,
    asks_for_tls=lambda data: bool(int.from_bytes(data[4:6], "little") & _CLIENT_SSL),
    # The greeting comes before the question.
    answer=_numbered,
)


@dataclass
class Packets:
    """Counts the packets in one direction.

    After a request for TLS and its answer a packet is a TLS record; on a connection without TLS it
    is a message. TCP may send several together or one in pieces, so only these can be counted.

    https://www.rfc-editor.org/rfc/rfc8446#section-5.1

    Attributes:
        framing: Of the product.
        client: The other direction, where this is the server's.
        count: How many have been complete so far.
        encrypted: Whether the client has asked for TLS, as far as is known.
    """

    framing: Framing
    client: Self | None = None
    count: int = 0
    encrypted: bool = False
    _buffer: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> None:
        """Take what was received next."""
        self._buffer += data
        while (size := self._size(bytes(self._buffer))) and len(self._buffer) >= size:
            if self.count == 0 and self.client is None:
                self.encrypted = self.framing.asks_for_tls(bytes(self._buffer[:size]))
            del self._buffer[:size]
            self.count += 1

    def _size(self, data: bytes) -> int:
        encrypted = self.client.encrypted if self.client else self.encrypted
        if self.count == 0:
            if self.client is None:
                return self.framing.opening(data)
            return self.framing.answer(data) if encrypted else self.framing.message(data)
        return _record(data) if encrypted else self.framing.message(data)


def _record(data: bytes) -> int:
    if len(data) < _RECORD_HEADER:
        return 0
    return _RECORD_HEADER + int.from_bytes(data[3:_RECORD_HEADER])
