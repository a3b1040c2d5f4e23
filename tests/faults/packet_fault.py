"""What can happen to a packet."""

import threading
from dataclasses import dataclass, field
from enum import StrEnum


class Direction(StrEnum):
    """Where a packet goes."""

    TO_SERVER = "to the server"
    TO_CLIENT = "to the client"


class Action(StrEnum):
    """What is done to it."""

    CUT = "cut"
    """It is lost, and the connection with it."""

    DELAY = "delay"
    """It and all that follow come later."""

    HOLD = "hold"
    """It and all that follow come when the test lets them, which may be after all is over."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet, told by its place.

    Attributes:
        connection: Which connection since the proxy was armed.
        direction: Where it goes.
        number: Which of the packets of that connection in that direction.
    """

    connection: int
    direction: Direction
    number: int

    def __str__(self) -> str:
        return f"packet {self.number} {self.direction} of connection {self.connection}"


@dataclass(eq=False)
class PacketFault:
    """Something that happens to one packet, once.

    Attributes:
        packet: Which.
        action: What.
        reached: Set when the packet came.
        released: Set it to let a held packet go.
    """

    packet: Packet
    action: Action
    reached: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def __str__(self) -> str:
        return f"{self.action} {self.packet}"
