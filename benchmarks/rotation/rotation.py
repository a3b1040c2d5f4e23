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
class Times:
    """What does.

    Attributes:
        start_seconds: From the start of the process until it could take an event.
        steps: Seconds from each step's event to its answer, by step.
    """

    start_seconds: float
    steps: dict[str, float]

    @property
    def seconds(self) -> float:
        """Seconds that the steps took together."""
        return sum(self.steps.values())
