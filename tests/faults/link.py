"""One connection through the proxy."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

from tests.faults.first_packets import FirstPackets, Size
from tests.faults.packet_fault import Action, Direction, Packet, PacketFault
from tests.faults.records import Records

DELAY_SECONDS = 0.15


class Link:
    """Passes packets on in both directions, each in a thread of its own."""

    def __init__(
        self,
        number: int,
        client: socket.socket,
        server: socket.socket,
        first: FirstPackets,
        fault: PacketFault | None,
        seen: Callable[[Packet], None],
    ) -> None:
        """Starts to pass packets on.

        Args:
            number: Which connection this is.
            client: The side that connected.
            server: The side that it wanted.
            first: What they begin with.
            fault: What is to happen to one of the packets.
            seen: Is told each packet.
        """
        self._number = number
        self._fault = fault
        self._seen = seen
        self._sockets = (client, server)
        self._cut = threading.Event()
        self._thawed = threading.Event()
        self._thawed.set()
        self._first_end = threading.Lock()
        self._pumps = [
            threading.Thread(target=self._run, args=arguments, daemon=True)
            for arguments in (
                (client, server, Direction.TO_SERVER, first.to_server),
                (server, client, Direction.TO_CLIENT, first.to_client),
            )
        ]
        for pump in self._pumps:
            pump.start()

    @property
    def over(self) -> bool:
        """Whether both directions have ended."""
        return not any(pump.is_alive() for pump in self._pumps)

    def cut(self) -> None:
        """Ends the connection for both sides; what is under way is lost."""
        self._cut.set()
        self._thawed.set()
        for side in self._sockets:
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def freeze(self) -> None:
        """Passes nothing on any more, not even the end: as if the client's machine had vanished."""
        self._thawed.clear()

    def join(self) -> None:
        """Waits for both directions to end."""
        for pump in self._pumps:
            pump.join()

    def _run(
        self, source: socket.socket, sink: socket.socket, direction: Direction, first: Size
    ) -> None:
        self._pump(source, sink, direction, first)
        if not self._first_end.acquire(blocking=False):
            for side in self._sockets:
                side.close()

    def _pump(
        self, source: socket.socket, sink: socket.socket, direction: Direction, first: Size
    ) -> None:
        for number, data in enumerate(_packets(source, Records(first))):
            packet = Packet(self._number, direction, number)
            self._seen(packet)
            self._strike(packet)
            self._thawed.wait()
            if self._cut.is_set():
                return
            # The other side may have gone: its packets are counted nevertheless.
            with contextlib.suppress(OSError):
                sink.sendall(data)
        self._thawed.wait()
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _strike(self, packet: Packet) -> None:
        fault = self._fault
        if fault is None or fault.packet != packet or fault.reached.is_set():
            return
        if fault.action is Action.CUT:
            self.cut()
        fault.reached.set()
        if fault.action is Action.DELAY:
            time.sleep(DELAY_SECONDS)
        if fault.action is Action.HOLD:
            fault.released.wait()


def _packets(source: socket.socket, records: Records) -> Iterator[bytes]:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            yield from records.cut(data)
    yield from records.rest()
