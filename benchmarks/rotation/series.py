"""Measuring candidates in turn."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

from benchmarks.rotation.rotation import Counts, Times
from benchmarks.rotation.trial import Trial


@dataclass(frozen=True)
class Series:
    """What was measured of one candidate.

    Attributes:
        counts: Of a rotation.
        warm: Rotations in a process that has rotated before, round by round.
        cold: Rotations of which each has a process of its own, round by round.
        zip_bytes: Size of its zip.
    """

    counts: Counts
    zip_bytes: int
    warm: list[Times] = field(default_factory=list)
    cold: list[Times] = field(default_factory=list)

    def cold_starts(self) -> list[float]:
        """Seconds that a start adds to createSecret, the first step.

        That is the interpreter, the imports and the first client, whether the handler makes it when
        it is loaded or when it is called.
        """
        usual = median(times.steps["createSecret"] for times in self.warm)
        return [each.start_seconds + each.steps["createSecret"] - usual for each in self.cold]


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
            with trial.sandbox() as sandbox:
                series.cold.append(trial.rotate(sandbox))
    return found
