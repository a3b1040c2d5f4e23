"""The packets of a connection, told apart without reading them."""

from collections.abc import Iterator

from tests.faults.first_packets import Size

_HEADER_BYTES = 5


class Records:
    """Cuts one direction of a connection into packets.

    The first is the product's own, by which both sides agree on TLS; each of the others is a TLS
    record. TCP may send them together or in pieces, so only records can be counted.

    https://www.rfc-editor.org/rfc/rfc8446#section-5.1
    """

    def __init__(self, first: Size) -> None:
        """Starts at the beginning of the connection.

        Args:
            first: Size of the first packet.
        """
        self._next = first
        self._buffer = b""

    def cut(self, data: bytes) -> Iterator[bytes]:
        """Takes what was received next, and gives the packets that are complete with it."""
        self._buffer += data
        while (size := self._next(self._buffer)) and len(self._buffer) >= size:
            packet, self._buffer = self._buffer[:size], self._buffer[size:]
            self._next = _record
            yield packet

    def rest(self) -> Iterator[bytes]:
        """Gives what is left when the connection ends."""
        if self._buffer:
            yield self._buffer


def _record(data: bytes) -> int:
    if len(data) < _HEADER_BYTES:
        return 0
    return _HEADER_BYTES + int.from_bytes(data[3:_HEADER_BYTES])
