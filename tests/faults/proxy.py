"""A proxy in front of a database server, in which things happen to packets."""

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self

from local.patience import Patience
from tests.faults.first_packets import FirstPackets
from tests.faults.link import Link
from tests.faults.packet_fault import Packet, PacketFault

_SETTLE_SECONDS = 10.0


class Proxy:
    """Passes TLS through as it is; use it as a context manager.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        packets: What has come through since it was armed.
    """

    def __init__(self, server_port: int, first: FirstPackets) -> None:
        """Starts to listen.

        Args:
            server_port: Where the server listens, on 127.0.0.1.
            first: What its connections begin with.
        """
        self.packets: list[Packet] = []
        self._server = ("127.0.0.1", server_port)
        self._first = first
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._faults: list[PacketFault] = []
        self._links: list[Link] = []
        self._old: list[Link] = []
        self._fault: PacketFault | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def arm(self, fault: PacketFault | None = None) -> None:
        """Counts connections from zero again; what happened to older ones stays as it is.

        Args:
            fault: What happens to one packet of the connections from now on.
        """
        with self._lock:
            self._old = [link for link in (*self._old, *self._links) if not link.over]
            self._links = []
            self.packets = []
            self._fault = fault
            if fault is not None:
                self._faults.append(fault)

    def settle(self) -> None:
        """Waits until all that was to come has come: connections ended, or a packet held.

        Raises:
            TimeoutError: A connection stays open although nothing holds it.
        """
        patience = Patience(_SETTLE_SECONDS)
        with self._lock:  # a connection passes packets on before it is in the list
            links = list(self._links)
        while not all(link.over for link in links):
            if self._fault is not None and self._fault.reached.is_set():
                return
            if patience.over():
                raise TimeoutError("a connection stays open although nothing holds it")
            time.sleep(0.002)

    def sever(self) -> None:
        """Cuts all connections."""
        with self._lock:
            for link in self._links:
                link.cut()

    def freeze(self) -> None:
        """Freezes all connections: neither side hears from the other again."""
        with self._lock:
            for link in self._links:
                link.freeze()

    def close(self) -> None:
        """Ends everything."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for link in (*self._old, *self._links):
            link.cut()
        for fault in self._faults:
            fault.released.set()
        for link in (*self._old, *self._links):
            link.join()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                try:
                    self._links.append(self._link(client))
                except OSError:  # no server: as if it had hung up
                    client.close()

    def _link(self, client: socket.socket) -> Link:
        server = socket.create_connection(self._server)
        for side in (client, server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Packets of connections from before the last arming are not counted.
        packets = self.packets
        return Link(len(self._links), client, server, self._first, self._fault, packets.append)
