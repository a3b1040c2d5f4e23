"""From the context of `cdk.json` and the command line to settings."""

from collections.abc import Mapping

from pydantic import ValidationError

from stacks.settings.errors import SettingsError
from stacks.settings.model import Settings

_KEYS_OF_THE_CLI = frozenset({"acknowledged-issue-numbers", "cli-telemetry"})
"""What the CDK CLI writes into the context under plain names (`cdk acknowledge`, telemetry)."""


_HAS_FIELDS = frozenset({*Settings.groups(), "tags"})


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
        return Settings.model_validate(_merge(_ours(context)))
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


def _merge(context: Mapping[str, object]) -> dict[str, object]:
    """Put `group.field` into its group; what names no group stays, to be refused as unknown."""
    merged = {key: value for key, value in context.items() if "." not in key}
    for key in context.keys() - merged.keys():
        group, _, field = key.partition(".")
        inner = merged.setdefault(group, {}) if group in _HAS_FIELDS else None
        if isinstance(inner, Mapping):
            merged[group] = {**inner, field: context[key]}
        elif inner is None:
            merged[key] = context[key]
    return merged
