"""A handle on a rotating database credential: an application on it never notices a rotation.

It always reads AWSCURRENT, by that label, and needs the permission to nothing else.
"""

from rotated_secret.async_secret import AsyncRotatedSecret
from rotated_secret.clock import Clock
from rotated_secret.credential import Credential
from rotated_secret.errors import BadSecretError, RotatedSecretError, SecretUnavailableError
from rotated_secret.logins import is_retired, version_of
from rotated_secret.secret import RotatedSecret

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
