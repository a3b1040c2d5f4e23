"""Packets of a connection to PostgreSQL, counted without reading them."""

from dataclasses import dataclass, field
from typing import Self

_SSL_REQUEST = bytes.fromhex("0000000804d2162f")
_SSL_ANSWER_BYTES = 1
_TLS_HEADER = 5
_MESSAGE_HEADER = 5


@dataclass
class Packets:
    """Counts the packets in one direction.

    After a request for TLS and its answer a packet is a TLS record; on a connection without TLS it
    is a message. TCP may send several together or one in pieces, so only these can be counted.

    https://www.postgresql.org/docs/current/protocol-message-formats.html
    https://www.rfc-editor.org/rfc/rfc8446#section-5.1

    Attributes:
        count: How many have been complete so far.
        encrypted: Whether TLS was asked for; None until that is known.
    """

    client: Self | None = None
    count: int = 0
    encrypted: bool | None = None
    _buffer: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> None:
        """Take what was received next."""
        self._buffer += data
        while (size := self._size()) and len(self._buffer) >= size:
            del self._buffer[:size]
            self.count += 1

    def _size(self) -> int:
        """Bytes of the packet that the buffer begins with; 0 if that cannot be told yet."""
        if self.encrypted is None:
            return self._first()
        if len(self._buffer) < _MESSAGE_HEADER:
            return 0
        if self.encrypted:
            return _TLS_HEADER + int.from_bytes(self._buffer[3:_TLS_HEADER])
        return 1 + int.from_bytes(self._buffer[1:_MESSAGE_HEADER])

    def _first(self) -> int:
        """The first packet has no type; the server's depends on what the client wants."""
        if self.client is not None:
            self.encrypted = bool(self.client.encrypted)
            return _SSL_ANSWER_BYTES if self.encrypted else self._size()
        if len(self._buffer) < len(_SSL_REQUEST):
            return 0
        self.encrypted = self._buffer.startswith(_SSL_REQUEST)
        return int.from_bytes(self._buffer[:4])
