"""What a person reads when a setting cannot be used."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Self

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from credential_rotation.errors import SynthError
from stacks.settings.field import note
from stacks.settings.known import field_of, has_fields, known_settings
from stacks.settings.model import Settings


class SettingsError(SynthError):
    """One or more settings cannot be used; each has a line with its value and what is allowed."""

    @classmethod
    def of(cls, error: ValidationError) -> Self:
        """Say what pydantic found, in the words of `cdk.json`."""
        details = error.errors(include_url=False)
        groups = [_what(each) for each in details if each["loc"][:1] in _INHERITED]
        lines = [
            _line(each)
            for each in details
            if each["loc"][:1] != ("databases",) or _what(each) not in groups
        ]
        return cls("\n".join(("Settings in cdk.json or after -c that cannot be used:", *lines)))


_INHERITED = (("database",), ("rotation",))
"""Groups whose mistakes every database has again."""


def _what(detail: ErrorDetails) -> tuple[object, object]:
    """What an error is about, wherever it is."""
    return detail["loc"][-1], detail["input"]


def _line(detail: ErrorDetails) -> str:
    path = [str(part) for part in detail["loc"] if part not in _TAGS]
    if not path:
        return f"  {detail['ctx']['error']}."
    name = ".".join(path)
    if detail["type"] == "extra_forbidden":
        return f"  {name}: there is no such setting.{_suggestion(name)}"
    found = field_of(path)
    about_name = detail["loc"][-1] == "[key]"
    if found is None or (name != found[0] and has_fields(path) and not about_name):
        if detail["type"] == "value_error":
            return f"  {name}: {detail['ctx']['error']}."
        return f"  {name} = {detail['input']!r}: it is a group; set its fields, as in -c {name}.…=…"
    allowed = f"Allowed: {note(found[1], 'allowed')}."
    if detail["type"] == "missing":
        return f"  {name}: it is not set. {allowed}"
    whole = path[0] == "databases" and isinstance(detail["input"], Mapping)
    value = "" if whole else f" = {detail['input']!r}"
    return f"  {name}{value}{_reason(detail)}. {allowed}"


_TAGS = ("[key]", "word", "endpoint")
"""What pydantic puts into the place of an error besides the names of settings."""


def _reason(detail: ErrorDetails) -> str:
    """What our own check found; pydantic's words would only repeat what is allowed."""
    return f": {detail['ctx']['error']}" if detail["type"] == "value_error" else ""


def _suggestion(name: str) -> str:
    close = get_close_matches(name, [*known_settings(), *Settings.model_fields], n=1, cutoff=0.7)
    return f" Did you mean {close[0]}?" if close else " docs/settings.md lists all."
