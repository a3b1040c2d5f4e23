"""Packets of a connection to PostgreSQL, counted without reading them."""

from dataclasses import dataclass, field
from typing import Self

_SSL_REQUEST = bytes.fromhex("0000000804d2162f")
_SSL_ANSWER_BYTES = 1
_HEADER = 5
"""Bytes before a TLS record's content, and of a message's type and length."""


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
            if self.encrypted is None:
                self.encrypted = self._asks_for_tls()
            del self._buffer[:size]
            self.count += 1

    def _size(self) -> int:
        """Bytes of the packet that the buffer begins with; 0 if that cannot be told yet."""
        if self.encrypted is None and self.client is None:
            # The client's first packet has no type.
            return int.from_bytes(self._buffer[:4]) if len(self._buffer) >= len(_SSL_REQUEST) else 0
        if self.encrypted is None and self._asks_for_tls():
            return _SSL_ANSWER_BYTES
        if len(self._buffer) < _HEADER:
            return 0
        if self.encrypted:
            return _HEADER + int.from_bytes(self._buffer[3:_HEADER])
        return 1 + int.from_bytes(self._buffer[1:_HEADER])

    def _asks_for_tls(self) -> bool:
        if self.client is not None:
            return bool(self.client.encrypted)
        return self._buffer.startswith(_SSL_REQUEST)
