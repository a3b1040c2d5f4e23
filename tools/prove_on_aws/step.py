"""A step of the proof, and what it can use."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from tools.prove_on_aws.errors import OverdueError
from tools.prove_on_aws.trial import Trial

T = TypeVar("T")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 10.0


class Verdict(StrEnum):
    """What became of an assumption, or of a step."""

    HELD = "held"
    REFUTED = "refuted"
    OPEN = "open"


@dataclass(frozen=True)
class Finding:
    """What a step found about an assumption.

    Attributes:
        assumption: Its id.
        verdict: What became of it.
        evidence: What AWS answered.
    """

    assumption: str
    verdict: Verdict
    evidence: str


@dataclass
class Record:
    """What a step writes down.

    Attributes:
        notes: What it saw, a sentence each.
        findings: What it found, by the assumptions' ids.
    """

    notes: list[str] = field(default_factory=list)
    findings: dict[str, Finding] = field(default_factory=dict)


class Proof:
    """What a step works with: the trial, and the record that it fills.

    Attributes:
        trial: What is deployed, and where.
        record: What the step found.
    """

    def __init__(self, trial: Trial, say: Callable[[str], None]) -> None:
        self.trial = trial
        self.record = Record()
        self._say = say

    def note(self, text: str) -> None:
        """Write down what was seen, and show it. It must hold no secret."""
        self.record.notes.append(text)
        self._say(text)

    def settle(self, assumption: str, *, held: bool | None, evidence: str) -> None:
        """Write down what became of an assumption.

        Args:
            assumption: Its id.
            held: Whether it held; None if AWS did not say.
            evidence: What AWS answered. It must hold no secret.
        """
        verdict = {True: Verdict.HELD, False: Verdict.REFUTED, None: Verdict.OPEN}[held]
        self.record.findings[assumption] = Finding(assumption, verdict, evidence)
        self._say(f"{assumption}: {verdict}: {evidence}")

    @staticmethod
    def wait(
        what: str,
        look: Callable[[], tuple[T | None, str]],
        *,
        minutes: float,
    ) -> T:
        """Look again and again until there is something to see.

        Args:
            what: What is awaited, as the beginning of a sentence.
            look: Returns what is awaited, or None, and what is there instead.
            minutes: How long at most.

        Raises:
            OverdueError: It did not come.
        """
        deadline, pause = time.monotonic() + 60 * minutes, _FIRST_PAUSE
        while True:
            found, seen = look()
            if found is not None:
                return found
            if time.monotonic() > deadline:
                raise OverdueError(what, minutes, seen)
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the proof; the runner knows all steps by this shape alone.

    Attributes:
        name: A short name, which the report and `docs/unproven.md` use.
        title: What it does, as a sentence that follows "It".
        settles: The ids of the assumptions that it settles.
        minutes: How long it may take on AWS, from short to long; a bound, not a measurement.
        needs: The names of the steps without whose success it has nothing to work on.
        always: Whether it runs whatever happened before, because it takes away what was made.
        run: Does it, and raises if that did not come out as it has to.
    """

    name: str
    title: str
    settles: Sequence[str]
    minutes: tuple[float, float]
    needs: Sequence[str] = ()
    always: bool = False
    run: Callable[[Proof], None]
