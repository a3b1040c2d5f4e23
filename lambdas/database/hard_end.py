"""An end to a connection that does not depend on the other side."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self


class HardEnd:
    """Breaks a connection at the deadline, whatever it waits for; use it as a context manager.

    A socket's own time-out is for one read: a server that sends a byte now and then would never
    meet it.
    """

    def __init__(self, connected: socket.socket, seconds: float) -> None:
        """Starts the clock.

        Args:
            connected: The connection; it may be wrapped in TLS afterwards.
            seconds: From now.
        """
        self._socket = connected.dup()
        self._over = False
        self._timer = threading.Timer(seconds, self._break)
        self._timer.daemon = True
        self._timer.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        self._socket.close()

    @contextmanager
    def named(self, *errors: type[Exception]) -> Iterator[None]:
        """Calls it a TimeoutError what a driver makes of a connection that was broken here.

        Args:
            *errors: What the driver may raise.
        """
        try:
            yield
        except errors as error:
            if self._over:
                raise TimeoutError from error
            raise

    def _break(self) -> None:
        self._over = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
