"""What a person reads when a setting cannot be used."""

from difflib import get_close_matches
from typing import Self

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from credential_rotation.errors import SynthError
from stacks.settings.field import note
from stacks.settings.model import Settings


class SettingsError(SynthError):
    """One or more settings cannot be used; each has a line with its value and what is allowed."""

    @classmethod
    def of(cls, error: ValidationError) -> Self:
        """Say what pydantic found, in the words of `cdk.json`."""
        lines = [_line(detail) for detail in error.errors(include_url=False)]
        return cls("\n".join(("Settings in cdk.json or after -c that cannot be used:", *lines)))


def known_settings() -> dict[str, FieldInfo]:
    """Every setting by its name on the command line, such as `database.port`."""
    found: dict[str, FieldInfo] = {}
    groups = Settings.groups()
    for name, field in Settings.model_fields.items():
        if name in groups:
            found |= {f"{name}.{key}": inner for key, inner in groups[name].model_fields.items()}
        else:
            found[name] = field
    return found


def _line(detail: ErrorDetails) -> str:
    path = [str(part) for part in detail["loc"]]
    name = ".".join(path)
    field = next(
        (known for known in (".".join(path[:2]), path[0]) if known in known_settings()), ""
    )
    if detail["type"] == "extra_forbidden":
        return f"  {name}: there is no such setting.{_suggestion(name)}"
    if not field:
        return f"  {name} = {detail['input']!r}: it is a group; set its fields, as in -c {name}.…=…"
    allowed = f"Allowed: {note(known_settings()[field], 'allowed')}."
    if detail["type"] == "missing":
        return f"  {name}: it is not set. {allowed}"
    return f"  {name} = {detail['input']!r}{_reason(detail)}. {allowed}"


def _reason(detail: ErrorDetails) -> str:
    """What our own check found; pydantic's words would only repeat what is allowed."""
    return f": {detail['ctx']['error']}" if detail["type"] == "value_error" else ""


def _suggestion(name: str) -> str:
    close = get_close_matches(name, [*known_settings(), *Settings.model_fields], n=1, cutoff=0.7)
    return f" Did you mean {close[0]}?" if close else " docs/settings.md lists all."
