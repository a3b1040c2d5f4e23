"""The packets of a connection, told apart without reading them."""

from collections.abc import Iterator

SSL_REQUEST_BYTES = 8
SSL_ANSWER_BYTES = 1
_HEADER_BYTES = 5


class Records:
    """Cuts one direction of a connection into packets.

    The first is PostgreSQL's request for TLS or its answer; each of the others is a TLS record. TCP
    may send them together or in pieces, so only records can be counted.

    https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
    https://www.rfc-editor.org/rfc/rfc8446#section-5.1
    """

    def __init__(self, opening: int) -> None:
        """Starts at the beginning of the connection.

        Args:
            opening: Bytes of the first packet.
        """
        self._opening = opening
        self._buffer = b""

    def cut(self, data: bytes) -> Iterator[bytes]:
        """Takes what was received next, and gives the packets that are complete with it."""
        self._buffer += data
        while len(self._buffer) >= (size := self._size()):
            packet, self._buffer = self._buffer[:size], self._buffer[size:]
            self._opening = 0
            yield packet

    def rest(self) -> Iterator[bytes]:
        """Gives what is left when the connection ends."""
        if self._buffer:
            yield self._buffer

    def _size(self) -> int:
        if self._opening:
            return self._opening
        return _HEADER_BYTES + int.from_bytes(self._buffer[3:_HEADER_BYTES])
