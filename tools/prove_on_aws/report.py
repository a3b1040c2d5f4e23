"""The report: what was proven, what was billed, how long it took, what AWS answered."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tools.prove_on_aws.assumptions import ASSUMPTIONS
from tools.prove_on_aws.bill import Item, bill
from tools.prove_on_aws.runner import Run
from tools.prove_on_aws.step import Finding, Verdict

_FIRST_BILLED = "deploy"
_NOBODY = "the step that settles it did not get there"


def write(run: Run, folder: Path) -> None:
    """Write `report.md` and `report.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = as_json(run)
    (folder / "report.json").write_text(f"{json.dumps(facts, indent=2)}\n")
    (folder / "report.md").write_text("\n".join(_markdown(run)) + "\n")


def as_json(run: Run) -> dict[str, Any]:
    """The report for programs."""
    return {
        "name": run.trial.name,
        "account": run.account,
        "region": run.trial.region,
        "began": run.began.isoformat(timespec="seconds"),
        "succeeded": run.succeeded,
        "steps": [
            {
                "name": each.step.name,
                "status": each.status,
                "seconds": round(each.seconds, 1),
                "reason": each.reason,
                "notes": each.record.notes,
            }
            for each in run.outcomes
        ],
        "assumptions": [asdict(each) for each in findings(run)],
        "logins": run.trial.memory.logins,
        "failed_logins": run.trial.memory.failed_logins,
        "billed": {"hours": round(_hours(run), 2), "items": [asdict(each) for each in _items(run)]},
    }


def findings(run: Run) -> Sequence[Finding]:
    """What became of each assumption; open is what no step has settled."""
    found = {
        name: finding for each in run.outcomes for name, finding in each.record.findings.items()
    }
    return [found.get(each.id, Finding(each.id, Verdict.OPEN, _NOBODY)) for each in ASSUMPTIONS]


def _markdown(run: Run) -> Iterator[str]:
    memory = run.trial.memory
    yield f"# {run.trial.name}: {'proven' if run.succeeded else 'not all is proven'}"
    yield ""
    yield (
        f"Account {run.account}, {run.trial.region}, begun {run.began:%Y-%m-%d %H:%M} UTC. "
        f"The consumer logged in {memory.logins} times, {len(memory.failed_logins)} logins failed."
    )
    yield ""
    yield from _table(
        ("step", "", "seconds", "what was seen"),
        (
            (
                each.step.name,
                each.status,
                f"{each.seconds:.0f}",
                " · ".join([*each.record.notes, *([each.reason] if each.reason else [])]),
            )
            for each in run.outcomes
        ),
    )
    yield ""
    yield "## Assumptions (docs/unproven.md)"
    yield ""
    yield from _table(
        ("assumption", "", "what AWS answered"),
        ((each.assumption, each.verdict, each.evidence) for each in findings(run)),
    )
    yield ""
    yield "## What is billed"
    yield ""
    yield from billed(_items(run), f"{_hours(run):.2f} hours, measured")


def billed(items: Sequence[Item], hours: str) -> Iterator[str]:
    """Say what is billed, and for how long."""
    yield f"For {hours}. AWS has the prices; here are none, and no total."
    yield ""
    yield from _table(
        ("", "what", "billed in", "prices"),
        ((f"{each.count}", each.what, each.unit, each.prices) for each in items),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        cells = (" ".join(cell.split()).replace("|", "&#124;") for cell in row)
        yield f"| {' | '.join(cells)} |"


def _hours(run: Run) -> float:
    """From the first deployment to the end: what exists longest."""
    begun = [each.step.name for each in run.outcomes]
    if _FIRST_BILLED not in begun:
        return 0.0
    return sum(each.seconds for each in run.outcomes[begun.index(_FIRST_BILLED) :]) / 3600


def _items(run: Run) -> list[Item]:
    return bill(run.trial.template()) if run.trial.is_synthesized else []
