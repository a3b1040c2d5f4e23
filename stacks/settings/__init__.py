"""What a team decides: the context of `cdk.json`, read once into one frozen, validated object."""

from stacks.settings.context import read_settings
from stacks.settings.errors import SettingsError
from stacks.settings.model import Settings
from stacks.settings.password import Password

__all__ = ["Password", "Settings", "SettingsError", "read_settings"]
