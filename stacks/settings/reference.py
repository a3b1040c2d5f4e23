"""The reference of all settings: `python -m stacks.settings.reference > docs/settings.md`."""

import json
from collections.abc import Iterator

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from stacks.settings.field import note
from stacks.settings.known import known_settings

HEADER = """\
# Settings

What a team decides lives in the `context` of `cdk.json`. The command line overrides it for one \
run: `cdk deploy -c environment=staging -c rotation.strategy=single`; a setting within a group is \
named with a dot, as in the first column. Everything is checked before anything is deployed, and \
a name that is not listed here is an error.

The defaults are for production: who sets only `name` gets what an auditor accepts. The last \
column names the control of the AWS Foundational Security Best Practices that a default satisfies. \
Where a setting may do without a control, the synth says so in a warning.

*Generated from `stacks/settings/` by `python -m stacks.settings.reference`.*

| setting | default | allowed | meaning | control |
| --- | --- | --- | --- | --- |
"""


def markdown() -> str:
    """Write the reference."""
    return HEADER + "".join(f"{row}\n" for row in _rows())


def _rows() -> Iterator[str]:
    for name, field in known_settings().items():
        cells = (
            f"`{name}`",
            _default(field),
            note(field, "allowed"),
            field.description or "",
            note(field, "control"),
        )
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "*(required)*"
    return f"`{json.dumps(field.default)}`"


if __name__ == "__main__":
    print(markdown(), end="")
