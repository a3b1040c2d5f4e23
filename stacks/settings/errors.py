"""What a person reads when a setting cannot be used."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Self

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from credential_rotation.errors import SynthError
from stacks.settings.database import Database
from stacks.settings.field import note
from stacks.settings.known import NAME, field_of, has_fields, known_settings
from stacks.settings.model import Settings
from stacks.settings.rotation import Rotation


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
    path = path or [str(part) for part in detail["loc"]]  # a setting may be called like a tag
    if not path:
        return f"  {detail['ctx']['error']}."
    name = ".".join(path)
    if detail["type"] == "extra_forbidden":
        return f"  {name}: {_unknown(name)}"
    found = field_of(path)
    about_name = detail["loc"][-1] == "[key]"
    if found is None or (name != found[0] and has_fields(path) and not about_name):
        return f"  {name}{_wrong_group(name, detail)}"
    allowed = f"Allowed: {note(found[1], 'allowed')}."
    if detail["type"] == "missing":
        return f"  {name}: it is not set. {allowed}"
    # An object may be long, and the reason names what is in it.
    whole = isinstance(detail["input"], Mapping) and path[0] != "tags"
    value = "" if whole else f" = {detail['input']!r}"
    return f"  {name}{value}{_reason(detail)}. {allowed}"


def _wrong_group(name: str, detail: ErrorDetails) -> str:
    if detail["type"] == "value_error":
        return f": {detail['ctx']['error']}."
    return f" = {detail['input']!r}: it is a group; set its fields, as in -c {name}.…=…"


_TAGS = ("[key]", "word", "endpoint")
"""What pydantic puts into the place of an error besides the names of settings."""


def _reason(detail: ErrorDetails) -> str:
    """What our own check found; pydantic's words would only repeat what is allowed."""
    return f": {detail['ctx']['error']}" if detail["type"] == "value_error" else ""


def _unknown(name: str) -> str:
    if name in _spelled(name.split(".")):
        return "write it in nested groups; names with dots are for the top and for -c."
    return f"there is no such setting.{_suggestion(name)}"


def _suggestion(name: str) -> str:
    close = get_close_matches(name, _spelled(name.split(".")), n=1, cutoff=0.7)
    return f" Did you mean {close[0]}?" if close else " docs/settings.md lists all."


def _spelled(path: Sequence[str]) -> list[str]:
    """All settings, with the names of the database and the login that a path is about."""
    return [
        ".".join(_with_names(known, path))
        for known in _all_settings()
        if NAME not in known or len(path) >= len(known)
    ]


@cache
def _all_settings() -> tuple[tuple[str, ...], ...]:
    """All settings and groups, those of a database too that it has from the groups."""
    inherited = [
        ("databases", NAME, *path)
        for group, at in ((Database, ()), (Rotation, ("rotation",)))
        for field in group.model_fields
        for path in [(*at, field)]
    ]
    groups = [(name,) for name in Settings.model_fields]
    return (*(tuple(name.split(".")) for name in known_settings()), *inherited, *groups)


def _with_names(known: Sequence[str], path: Sequence[str]) -> Iterator[str]:
    """A setting with the names of databases and logins that a path has in their places."""
    for at, part in enumerate(known):
        yield path[at] if part == NAME and at < len(path) else part
