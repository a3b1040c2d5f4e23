"""`python -m security.document`: writes the table of controls into docs/security.md."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from security.controls import CONTROLS
from security.deployment import Deployment
from security.synthesis import ROOT, synthesize
from stacks.accepted import ALWAYS

PATH = ROOT / "docs" / "security.md"
_BEGIN, _END = "<!-- generated: python -m security.document -->\n", "<!-- end -->\n"
_SHOWN = 2


def with_tables(text: str, deployment: Deployment) -> str:
    """Bring the generated part of the document up to date.

    Args:
        text: The document.
        deployment: What the controls are looked for in.
    """
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{_controls(deployment)}\n{_accepted()}\n{_END}{after}"


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


def _accepted() -> str:
    rows = ["| accepted finding | of | because |", "| --- | --- | --- |"]
    for each in ALWAYS:
        rules = "<br>".join(f"`{rule.partition('::')[2]}`" for rule in each.rules)
        rows.append(f"| {rules} | {each.kind} | {each.reason} |")
    return "".join(f"{row}\n" for row in rows)


def main() -> None:
    """Rewrite the document."""
    with tempfile.TemporaryDirectory() as folder:
        made = synthesize(Path(folder))
    deployment = Deployment.of(made.settings.prefix, made.template)
    PATH.write_text(with_tables(PATH.read_text(), deployment))


if __name__ == "__main__":
    main()
