"""A proxy that counts what it passes on, and takes as long for it as a network."""

import contextlib
import queue
import socket
import threading
import time
from types import TracebackType
from typing import Self

from benchmarks.rotation.packets import Framing, Packets

_SETTLE_SECONDS = 10.0


class Connection:
    """One connection, passed on in both directions as it comes.

    Attributes:
        to_server: The client's packets.
        to_client: The server's packets.
    """

    def __init__(
        self, client: socket.socket, server: socket.socket, framing: Framing, *, delay: float
    ) -> None:
        """Start to pass on.

        Args:
            client: The side that connected.
            server: The side that it wanted.
            framing: Of the product's packets.
            delay: Seconds that a packet is under way.
        """
        self.to_server = Packets(framing)
        self.to_client = Packets(framing, client=self.to_server)
        # The client's first packet waits for the two of TCP that open the connection.
        ways = (
            (client, _Line(server, delay, opening=2 * delay), self.to_server),
            (server, _Line(client, delay), self.to_client),
        )
        self._pumps = [threading.Thread(target=_pump, args=way, daemon=True) for way in ways]
        self._sides = (client, server)
        for pump in self._pumps:
            pump.start()

    @property
    def over(self) -> bool:
        """Whether both sides have ended it."""
        return not any(pump.is_alive() for pump in self._pumps)

    def close(self) -> None:
        """End it."""
        for side in self._sides:
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
        for pump in self._pumps:
            pump.join()
        for side in self._sides:
            side.close()


class CountingProxy:
    """Stands in front of a server on 127.0.0.1; use it as a context manager.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        connections: All that there were.
    """

    def __init__(self, server_port: int, framing: Framing, *, delay: float = 0) -> None:
        """Open the port.

        Args:
            server_port: Where the server listens.
            framing: Of the product's packets.
            delay: Seconds that a packet is under way.
        """
        self._delay = delay
        self._framing = framing
        self.connections: list[Connection] = []
        self._server = ("127.0.0.1", server_port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for connection in self.connections:
            connection.close()

    def packets(self) -> int:
        """Wait for the end of all connections, and count their packets.

        Raises:
            TimeoutError: A connection stays open.
        """
        end = time.monotonic() + _SETTLE_SECONDS
        while not all(connection.over for connection in self.connections):
            if time.monotonic() > end:
                raise TimeoutError("a connection to the database stays open after the rotation")
            time.sleep(0.002)
        return sum(each.to_server.count + each.to_client.count for each in self.connections)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            for side in (client, server):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections.append(Connection(client, server, self._framing, delay=self._delay))


class _Line:
    """One direction of a network: what is sent arrives after a time, and in its order.

    What comes meanwhile does not wait for what is under way, as on a wire.
    """

    def __init__(self, sink: socket.socket, delay: float, *, opening: float = 0) -> None:
        self._sink = sink
        self._delay = delay
        self._opening = opening
        self._under_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._deliver, daemon=True)
        if delay:
            self._thread.start()

    def send(self, data: bytes) -> None:
        """Send; nothing ends the line."""
        if self._delay:
            self._under_way.put((time.monotonic() + self._delay + self._opening, data))
            self._opening = 0
            if not data:
                self._thread.join()
        else:
            self._arrive(data)

    def _deliver(self) -> None:
        data = b"nothing yet"
        while data:
            due, data = self._under_way.get()
            time.sleep(max(due - time.monotonic(), 0))
            self._arrive(data)

    def _arrive(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            if data:
                self._sink.sendall(data)
            else:
                self._sink.shutdown(socket.SHUT_WR)


def _pump(source: socket.socket, line: _Line, packets: Packets) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            packets.take(data)
            line.send(data)
    line.send(b"")
