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
