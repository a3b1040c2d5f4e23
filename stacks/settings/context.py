"""From the context of `cdk.json` and the command line to settings."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from stacks.settings.errors import SettingsError
from stacks.settings.known import below_field, has_fields
from stacks.settings.model import Settings

_KEYS_OF_THE_CLI = frozenset({"acknowledged-issue-numbers", "cli-telemetry"})
"""What the CDK CLI writes into the context under plain names (`cdk acknowledge`, telemetry)."""


FILE = "settings"
"""`-c settings=FILE` names a file whose settings take the places of those in `cdk.json`."""


def read_settings(context: Mapping[str, object]) -> Settings:
    """Read the settings of a team.

    A group's field can be named on the command line: `-c database.port=6000` overrides `port` of
    the group `database` in `cdk.json`.

    Args:
        context: The whole context of the app.

    Raises:
        SettingsError: A setting is missing, unknown, or has a value that is not allowed.
    """
    try:
        return Settings.model_validate(_merge(_with_file(_ours(context))))
    except ValidationError as error:
        raise SettingsError.of(error) from error


def _ours(context: Mapping[str, object]) -> dict[str, object]:
    """Leave out what the CDK keeps in the context: feature flags, look-ups, options of the CLI."""
    return {
        key: value
        for key, value in context.items()
        if ":" not in key.partition(".")[0]
        and not key.startswith("@")
        and key not in _KEYS_OF_THE_CLI
    }


def _with_file(context: Mapping[str, object]) -> dict[str, object]:
    """Put the settings of a file, if one is named, over those of `cdk.json`.

    What follows `-c` counts more than the file. The CDK CLI puts it into the context of `cdk.json`,
    so it is what is different there.
    """
    rest = {key: value for key, value in context.items() if key != FILE}
    name = context.get(FILE)
    if name is None:
        return rest
    written = _ours(_read(Path("cdk.json")).get("context", {})) if Path("cdk.json").exists() else {}
    typed = {key: rest[key] for key in rest if rest[key] != written.get(key)}
    given = _merge(_read(Path(str(name))))
    return {**_over(_merge(written), given), **typed}


def _over(written: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
    """Put settings over others, one by one also within the groups that `cdk.json` has."""
    merged = {**written, **given}
    for key, fields in given.items():
        before, field = written.get(key), Settings.model_fields.get(key)
        below = below_field(field) if field else None
        if (
            below
            and not below.named
            and isinstance(fields, Mapping)
            and isinstance(before, Mapping)
        ):
            merged[key] = {**before, **fields}
    return merged


def _read(path: Path) -> dict[str, Any]:
    try:
        # Editors of Windows begin a file with a mark of its byte order.
        content = json.loads(path.read_text("utf-8-sig"), object_pairs_hook=_once_each)
    except OSError as error:
        raise SettingsError(
            f"The settings in {path} cannot be read: {error.strerror}. Name a file that exists, "
            "as in -c settings=orders.json"
        ) from error
    except ValueError as error:
        raise SettingsError(f"The settings in {path} are no JSON: {error}") from error
    if not isinstance(content, dict):
        raise SettingsError(f"The settings in {path} are no object of JSON with settings in it")
    return {key: value for key, value in content.items() if key != "$schema"}


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that is there twice, of which JSON would keep the last."""
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise ValueError(f"{key} is there twice in the same place")
        made[key] = value
    return made


def _merge(context: Mapping[str, object]) -> dict[str, object]:
    """Put `group.field` into its group; what names no group stays, to be refused as unknown."""
    merged: dict[str, Any] = {key: value for key, value in context.items() if "." not in key}
    for key, value in context.items():
        path = key.split(".")
        if key in merged:
            continue
        if path[0] == "tags":
            path = ["tags", key.partition(".")[2]]
        elif not all(has_fields(path[:depth]) for depth in range(1, len(path))):
            merged[key] = value
            continue
        _put(merged, path, value)
    return merged


def _put(into: dict[str, Any], path: list[str], value: object) -> None:
    """Put a value at its place, without changing what is in the context."""
    first, *rest = path
    if not rest:
        into[first] = value
        return
    inner = into.get(first)
    if isinstance(inner, str) and first == "secrets_endpoint":
        inner = None  # `create`, which gives way to an endpoint's id
    if inner is not None and not isinstance(inner, Mapping):
        return  # the value itself is refused, as it is no group
    into[first] = dict(inner or {})
    _put(into[first], rest, value)
