"""A proxy that counts what it passes on."""

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self

from benchmarks.rotation.packets import Packets

_SETTLE_SECONDS = 10.0


class Connection:
    """One connection, passed on in both directions as it comes.

    Attributes:
        to_server: The client's packets.
        to_client: The server's packets.
    """

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        """Start to pass on.

        Args:
            client: The side that connected.
            server: The side that it wanted.
        """
        self.to_server = Packets()
        self.to_client = Packets(client=self.to_server)
        self._pumps = [
            threading.Thread(target=_pump, args=arguments, daemon=True)
            for arguments in ((client, server, self.to_server), (server, client, self.to_client))
        ]
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

    def __init__(self, server_port: int) -> None:
        """Open the port.

        Args:
            server_port: Where the server listens.
        """
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
            self.connections.append(Connection(client, server))


def _pump(source: socket.socket, sink: socket.socket, packets: Packets) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            packets.take(data)
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
