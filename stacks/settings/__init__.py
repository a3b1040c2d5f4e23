"""What a team decides: the context of `cdk.json`, read once into one frozen, validated object."""

from stacks.settings.context import read_settings
from stacks.settings.errors import SettingsError
from stacks.settings.model import Settings

__all__ = ["Settings", "SettingsError", "read_settings"]
