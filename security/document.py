"""`python -m security.document`: writes the tables of docs/security.md."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local.policies import Layer
from security.controls import CONTROLS
from security.deployment import Deployment
from security.synthesis import ROOT, synthesize
from stacks.accepted import accepted
from stacks.settings import Settings

PATH = ROOT / "docs" / "security.md"
_BEGIN, _END = "<!-- generated: python -m security.document -->\n", "<!-- end -->\n"
_SHOWN = 2


def with_tables(text: str, deployment: Deployment, settings: Settings) -> str:
    """Bring the generated part of the document up to date.

    Args:
        text: The document.
        deployment: What the controls are looked for in.
        settings: What it was made from.
    """
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    tables = "\n".join((_controls(deployment), _accepted(settings), _boundary(deployment)))
    return f"{before}{_BEGIN}\n{tables}\n{_END}{after}"


def _controls(deployment: Deployment) -> str:
    rows = [
        "| control | asks | satisfied by |",
        "| --- | --- | --- |",
        *(
            f"| {control.id} | {control.meaning} | {_cell(control.find(deployment))} |"
            for control in CONTROLS
        ),
    ]
    return "".join(f"{row}\n" for row in rows)


def _cell(lines: Sequence[str]) -> str:
    if not lines:
        return "**not satisfied**"
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    shown = [f"`{each.replace('|', '&#124;')}`" for each in lines[:_SHOWN]]
    return "<br>".join([*shown, *more])


def _accepted(settings: Settings) -> str:
    rows = ["| accepted finding | of | because |", "| --- | --- | --- |"]
    for each in accepted(settings):
        rules = _lines([rule.partition("::")[2] for rule in each.rules])
        rows.append(f"| {rules} | {each.kind} | {each.reason} |")
    return "".join(f"{row}\n" for row in rows)


def _boundary(deployment: Deployment) -> str:
    rows = ["| the boundary allows | on | if |", "| --- | --- | --- |"]
    for place, document in deployment.documents.items():
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
        made = synthesize(Path(folder))
    deployment = Deployment.of(made.settings.prefix, made.template)
    PATH.write_text(with_tables(PATH.read_text(), deployment, made.settings))


if __name__ == "__main__":
    main()
