"""`python -m security.document`: writes the tables of docs/security.md."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from local.policies import Layer
from security import trail_controls
from security.control import Control
from security.controls import controls
from security.deployment import Deployment
from security.documents import Document, Place
from security.people import controls as people
from security.synthesis import ROOT, Synthesis, synthesize, synthesize_with_people
from stacks.accepted import OF_THE_TRAIL, Accepted
from stacks.access.accepted import accepted_for_people
from stacks.compliance import all_accepted

PATH = ROOT / "docs" / "security.md"
_BEGIN, _END = "<!-- generated: python -m security.document -->\n", "<!-- end -->\n"
_SHOWN = 2


def with_tables(text: str, made: Synthesis, staffed: Synthesis) -> str:
    """Bring the generated part of the document up to date.

    Args:
        text: The document.
        made: What the controls are looked for in.
        staffed: The same with a trail and the stack for people.
    """
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    deployment = Deployment.of(made.settings, made.template)
    with_people = Deployment.of(staffed.settings, staffed.with_people())
    tables = "\n".join(
        (
            _controls(deployment, controls(made.settings)),
            _accepted(all_accepted(made.settings)),
            _boundary(deployment.documents),
            "What `trail.enabled` adds:\n",
            _controls(with_people, trail_controls.CONTROLS),
            _accepted(OF_THE_TRAIL),
            "The stack for people, which `access.enabled` adds, here with a trail:\n",
            _controls(with_people, people.CONTROLS),
            _accepted(accepted_for_people(staffed.settings, staffed.rotators, staffed.homes)),
            _boundary(
                {
                    place: document
                    for place, document in with_people.documents.items()
                    if place not in deployment.documents
                }
            ),
        )
    )
    return f"{before}{_BEGIN}\n{tables}\n{_END}{after}"


def _controls(deployment: Deployment, asked: Sequence[Control]) -> str:
    rows = [
        "| control | asks | satisfied by |",
        "| --- | --- | --- |",
        *(
            f"| {control.id} | {control.meaning} | {_cell(control.find(deployment))} |"
            for control in asked
        ),
    ]
    return "".join(f"{row}\n" for row in rows)


def _cell(lines: Sequence[str]) -> str:
    if not lines:
        return "**not satisfied**"
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    shown = [f"`{each.replace('|', '&#124;')}`" for each in lines[:_SHOWN]]
    return "<br>".join([*shown, *more])


def _accepted(findings: Iterable[Accepted]) -> str:
    rows = ["| accepted finding | of | because |", "| --- | --- | --- |"]
    for each in findings:
        rules = _lines([rule.partition("::")[2] for rule in each.rules])
        rows.append(f"| {rules} | {each.kind} | {each.reason} |")
    return "".join(f"{row}\n" for row in dict.fromkeys(rows))


def _boundary(documents: Mapping[Place, Document]) -> str:
    rows = ["| the boundary allows | on | if |", "| --- | --- | --- |"]
    for place, document in documents.items():
        if place.layer is Layer.BOUNDARY:
            rows += [_ceiling(statement) for statement in document["Statement"]]
    return "".join(f"{row}\n" for row in rows)


def _ceiling(statement: Mapping[str, Any]) -> str:
    actions, resources = _lines(statement["Action"]), _lines(statement["Resource"])
    conditions = "<br>".join(
        f"`{key}` is `{', '.join(values)}`"
        for keys in statement["Condition"].values()
        for key, values in keys.items()
    )
    return f"| {actions} | {resources} | {conditions} |"


def _lines(values: Sequence[str]) -> str:
    return "<br>".join(f"`{each}`" for each in values)


def main() -> None:
    """Rewrite the document."""
    with tempfile.TemporaryDirectory() as folder:
        made = synthesize(Path(folder) / "a")
        staffed = synthesize_with_people(Path(folder) / "b", trail__enabled="true")
        PATH.write_text(with_tables(PATH.read_text(), made, staffed))


if __name__ == "__main__":
    main()
