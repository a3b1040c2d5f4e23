"""What a connection begins with, before it speaks TLS."""

from collections.abc import Callable
from dataclasses import dataclass

Size = Callable[[bytes], int]
"""Bytes of the packet that some bytes begin with; 0 as long as that can't be told."""


@dataclass(frozen=True)
class FirstPackets:
    """The packets, one in each direction, after which there is nothing but TLS.

    Attributes:
        to_server: Size of the client's.
        to_client: Size of the server's.
    """

    to_server: Size
    to_client: Size
