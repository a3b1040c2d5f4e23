"""Which fault comes when, during how many rotations."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.load.front import Fault, Front
from benchmarks.load.site import Site
from benchmarks.load.tally import Absences

_ROUNDS = 4
_SPREAD = 80
"""Rotations from which there is room for all rounds."""


PAUSE_SECONDS = 1.0
"""Between two rotations. A single user's credential has to live as long as it takes to read it and
to log in with it; Secrets Manager itself rotates every four hours at the most.
"""


@dataclass(frozen=True)
class Plan:
    """Rotations one after the other, with faults at some of them.

    Attributes:
        rotations: How many.
        faults: What is wrong with the applications' way to Secrets Manager, and for how many
            seconds, by the number of the rotation at which it begins. Rotations go on meanwhile.
        restarts: The rotations before which the database restarts.
    """

    rotations: int
    faults: dict[int, tuple[Fault, float]]
    restarts: frozenset[int]

    @classmethod
    def spread(cls, rotations: int, *, seconds: float) -> "Plan":
        """Each fault in turn, then a restart; four rounds of that if there is room.

        Args:
            rotations: How many rotations, at least 5.
            seconds: How long each fault lasts.
        """
        rounds = _ROUNDS if rotations >= _SPREAD else 1
        kinds = [*Fault, None] * rounds
        step = rotations // (len(kinds) + 1)
        found = [(step * number, kind) for number, kind in enumerate(kinds, start=1)]
        return cls(
            rotations,
            {moment: (fault, seconds) for moment, fault in found if fault},
            frozenset(moment for moment, fault in found if not fault),
        )

    def run(
        self, site: Site, front: Front, absences: Absences, tell: Callable[[str], None]
    ) -> float:
        """Rotate, and let the faults be.

        Args:
            site: What is rotated.
            front: The applications' way to Secrets Manager.
            absences: Is told when the database is away.
            tell: Is told what is done.

        Returns:
            Seconds that a rotation took on average.

        Raises:
            RotationFailedError: A rotation failed.
        """
        took = 0.0
        with ExitStack() as faults:
            for number in range(self.rotations):
                tell(f"rotation {number + 1} of {self.rotations}")
                if number in self.restarts:
                    with absences.one():
                        site.database.restart()
                if number in self.faults:
                    faults.enter_context(_for_a_while(front, *self.faults[number]))
                begun = time.monotonic()
                site.rotate()
                took += time.monotonic() - begun
                time.sleep(PAUSE_SECONDS)
        return took / self.rotations


def _for_a_while(front: Front, fault: Fault, seconds: float) -> ExitStack:
    """Begin a fault that ends by itself; on leaving it is over in any case."""
    stack = ExitStack()
    stack.enter_context(front.failing(fault))
    end = threading.Timer(seconds, stack.close)
    end.start()
    whole = ExitStack()
    whole.callback(end.join)
    return whole
