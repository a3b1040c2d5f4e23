"""What was measured of one rotation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """What does not depend on the machine.

    Attributes:
        calls: Calls to Secrets Manager.
        connections: Connections to the database, refused ones included.
        packets: Packets from and to the database; see `benchmarks.rotation.packets`.
    """

    calls: int
    connections: int
    packets: int


@dataclass(frozen=True)
class Network:
    """How far away everything is.

    Attributes:
        call_ms: What an answer of Secrets Manager takes, in milliseconds.
        packet_ms: How long a packet from or to the database is under way.
    """

    call_ms: float = 0
    packet_ms: float = 0

    @property
    def call_seconds(self) -> float:
        """What an answer of Secrets Manager takes, in seconds."""
        return self.call_ms / 1000

    @property
    def packet_seconds(self) -> float:
        """How long a packet is under way, in seconds."""
        return self.packet_ms / 1000


@dataclass(frozen=True)
class ColdTimes:
    """What a rotation in a process of its own took.

    Attributes:
        start_seconds: From the start of the process until its first call arrived at Secrets
            Manager: interpreter, imports and the first client, whether the handler makes that when
            it is loaded or when it is called.
        seconds: From the start of the process to the answer of the last step.
    """

    start_seconds: float
    seconds: float
