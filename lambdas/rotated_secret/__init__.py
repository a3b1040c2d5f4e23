"""A handle on a rotating database credential: an application on it never notices a rotation.

It always reads AWSCURRENT, by that label, and needs the permission to nothing else.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from rotated_secret.clock import Clock
from rotated_secret.credential import Credential
from rotated_secret.errors import BadSecretError, RotatedSecretError, SecretUnavailableError
from rotated_secret.logins import is_retired, version_of
from rotated_secret.secret import RotatedSecret

if TYPE_CHECKING:
    from rotated_secret.async_secret import AsyncRotatedSecret

__all__ = [
    "AsyncRotatedSecret",
    "BadSecretError",
    "Clock",
    "Credential",
    "RotatedSecret",
    "RotatedSecretError",
    "SecretUnavailableError",
    "is_retired",
    "version_of",
]


def __getattr__(name: str) -> object:
    """Imports asyncio only for those who use it: it would be a tenth of a cold start."""
    if name == "AsyncRotatedSecret":
        return import_module("rotated_secret.async_secret").AsyncRotatedSecret
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
