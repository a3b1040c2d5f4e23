"""Measuring candidates in turn."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.rotation.rotation import ColdTimes, Counts, Network
from benchmarks.rotation.trial import Trial


@dataclass(frozen=True)
class Times:
    """What rotations on one network took.

    Attributes:
        warm: Seconds of each rotation in a process that has rotated before.
        cold: Of each rotation in a process of its own.
    """

    warm: list[float] = field(default_factory=list)
    cold: list[ColdTimes] = field(default_factory=list)


@dataclass(frozen=True)
class Series:
    """What was measured of one candidate.

    Attributes:
        counts: Of a rotation.
        zip_bytes: Size of its zip.
        times: By the network.
    """

    counts: Counts
    zip_bytes: int
    times: dict[Network, Times] = field(default_factory=dict)


def measure(
    trials: Sequence[Trial],
    networks: Sequence[Network],
    *,
    rounds: int,
    cold_rounds: int,
    tell: Callable[[str], None],
) -> list[Series]:
    """Measure each trial in each round, in turn, so that what disturbs one disturbs all.

    Args:
        trials: The candidates.
        networks: How far away everything is; all are measured.
        rounds: Rotations of each in a running process, on each network.
        cold_rounds: Rotations of each in a new process, on each network.
        tell: Is told what is done.

    Raises:
        RotationFailedError: A candidate does not rotate.
    """
    with ExitStack() as stack:
        running = [stack.enter_context(trial.sandbox()) for trial in trials]
        found: list[Series] = []
        for trial, sandbox in zip(trials, running, strict=True):
            tell(f"first rotation of {trial.candidate.name}")
            trial.rotate(sandbox)  # makes the second user, once for all
            counts = trial.count(sandbox)
            found.append(Series(counts, zip_bytes=len(trial.candidate.code)))
        for network in networks:
            where = f"{network.call_ms:g} ms a call, {network.packet_ms:g} ms a packet"
            for series in found:
                series.times[network] = Times()
            for number in range(rounds):
                tell(f"rotation {number + 1} of {rounds}: {where}")
                for trial, sandbox, series in zip(trials, running, found, strict=True):
                    with trial.network(network):
                        series.times[network].warm.append(trial.rotate(sandbox))
            for number in range(cold_rounds):
                tell(f"rotation {number + 1} of {cold_rounds} in new processes: {where}")
                for trial, series in zip(trials, found, strict=True):
                    with trial.network(network):
                        series.times[network].cold.append(trial.rotate_cold())
    return found
