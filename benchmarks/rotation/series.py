"""Measuring candidates in turn."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.rotation.rotation import ColdTimes, Counts
from benchmarks.rotation.trial import Trial


@dataclass(frozen=True)
class Series:
    """What was measured of one candidate.

    Attributes:
        counts: Of a rotation.
        warm: Seconds of each rotation in a process that has rotated before.
        cold: Of each rotation in a process of its own.
        zip_bytes: Size of its zip.
    """

    counts: Counts
    zip_bytes: int
    warm: list[float] = field(default_factory=list)
    cold: list[ColdTimes] = field(default_factory=list)


def measure(
    trials: Sequence[Trial], *, rounds: int, cold_rounds: int, tell: Callable[[str], None]
) -> list[Series]:
    """Measure each trial in each round, in turn, so that what disturbs one disturbs all.

    Args:
        trials: The candidates.
        rounds: Rotations of each in a running process.
        cold_rounds: Rotations of each in a new process.
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
        for number in range(rounds):
            tell(f"rotation {number + 1} of {rounds}")
            for trial, sandbox, series in zip(trials, running, found, strict=True):
                series.warm.append(trial.rotate(sandbox))
    for number in range(cold_rounds):
        tell(f"rotation {number + 1} of {cold_rounds} in new processes")
        for trial, series in zip(trials, found, strict=True):
            series.cold.append(trial.rotate_cold())
    return found
