"""What a team decides: the context of `cdk.json`, read once into one frozen, validated object."""

from stacks.settings.context import read_settings
from stacks.settings.errors import SettingsError
from stacks.settings.model import Database, Password, Rotation, Settings

__all__ = ["Database", "Password", "Rotation", "Settings", "SettingsError", "read_settings"]
