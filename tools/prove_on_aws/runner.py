"""Runs the steps; whatever happens, those that take away what was made run too."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from local.errors import LocalError
from tools.prove_on_aws.errors import ProofError
from tools.prove_on_aws.step import Proof, Record, Step, Verdict
from tools.prove_on_aws.trial import Trial

DONE, FAILED, INTERRUPTED, SKIPPED = "done", "failed", "interrupted", "not run"


@dataclass
class Outcome:
    """How a step went.

    Attributes:
        step: Which.
        status: Done, failed, interrupted or not run.
        seconds: How long it took.
        reason: Why it is not done.
        record: What it saw and found.
    """

    step: Step
    status: str
    seconds: float = 0.0
    reason: str | None = None
    record: Record = field(default_factory=Record)


@dataclass
class Run:
    """A proof under way or over.

    Attributes:
        trial: What is deployed.
        account: The account's id.
        began: When.
        outcomes: How each step went, so far.
    """

    trial: Trial
    account: str
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def interrupted(self) -> bool:
        """Whether somebody has stopped it."""
        return any(each.status == INTERRUPTED for each in self.outcomes)

    @property
    def succeeded(self) -> bool:
        """Whether every step was done, and no assumption was refuted."""
        done = all(each.status == DONE for each in self.outcomes)
        found = [each for outcome in self.outcomes for each in outcome.record.findings.values()]
        return done and all(each.verdict is not Verdict.REFUTED for each in found)

    @property
    def taken_away(self) -> bool:
        """Whether all that was made is gone."""
        return all(each.status == DONE for each in self.outcomes if each.step.always)

    def status_of(self, name: str) -> str | None:
        """How a step went; None if it has not begun."""
        return next((each.status for each in self.outcomes if each.step.name == name), None)


def run_steps(
    run: Run,
    steps: Sequence[Step],
    *,
    say: Callable[[str], None],
    keep: Callable[[Run], None],
) -> None:
    """Run the steps in their order.

    A step whose needs were not met is left out. After an interruption only those run that take away
    what was made; an interruption of such a one ends it, and the next begins.

    Args:
        run: Is filled.
        steps: What to run.
        say: Shows a line.
        keep: Keeps the run so far, after each step.
    """
    for number, step in enumerate(steps, start=1):
        missing = _missing(run, step)
        if missing:
            outcome = Outcome(step, SKIPPED, reason=missing)
        else:
            say(f"{number}/{len(steps)} {step.name}: {step.title} …")
            outcome = _run(run.trial, step, say)
        run.outcomes.append(outcome)
        reason = f": {outcome.reason}" if outcome.reason else ""
        say(f"  {step.name} {outcome.status}, {outcome.seconds:.0f} s{reason}")
        keep(run)


def _missing(run: Run, step: Step) -> str | None:
    if step.always:
        return None
    if run.interrupted:
        return "the proof was interrupted"
    undone = [name for name in step.needs if run.status_of(name) != DONE]
    return f"it needs {', '.join(undone)}" if undone else None


def _run(trial: Trial, step: Step, say: Callable[[str], None]) -> Outcome:
    proof = Proof(trial, lambda text: say(f"  {text}"))
    outcome = Outcome(step, DONE, record=proof.record)
    began = time.monotonic()
    try:
        step.run(proof)
    except (ProofError, LocalError, ClientError, BotoCoreError) as error:
        outcome.status, outcome.reason = FAILED, str(error)
    except KeyboardInterrupt:
        outcome.status, outcome.reason = INTERRUPTED, "somebody stopped it"
    except Exception as error:  # noqa: BLE001 - what was made has to be taken away all the same
        outcome.status, outcome.reason = FAILED, f"{type(error).__name__}: {error}"
    outcome.seconds = time.monotonic() - began
    return outcome
