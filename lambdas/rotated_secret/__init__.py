"""Handles on secrets that rotate: an application on them never notices a rotation.

They always read AWSCURRENT, by that label, and need the permission to nothing else.

Each name is imported when it is first used: the rotation functions take `tls` from here and pay for
nothing else, and asyncio would be a tenth of a cold start.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rotated_secret.async_secret import AsyncRotatedSecret, AsyncRotatedValue
    from rotated_secret.clock import Clock
    from rotated_secret.credential import Credential
    from rotated_secret.errors import BadSecretError, RotatedSecretError, SecretUnavailableError
    from rotated_secret.logins import is_retired, version_of
    from rotated_secret.secret import RotatedSecret, RotatedValue
    from rotated_secret.value import Value

__all__ = [
    "AsyncRotatedSecret",
    "AsyncRotatedValue",
    "BadSecretError",
    "Clock",
    "Credential",
    "RotatedSecret",
    "RotatedSecretError",
    "RotatedValue",
    "SecretUnavailableError",
    "Value",
    "is_retired",
    "version_of",
]

_MODULES = {
    "AsyncRotatedSecret": "async_secret",
    "AsyncRotatedValue": "async_secret",
    "BadSecretError": "errors",
    "Clock": "clock",
    "Credential": "credential",
    "RotatedSecret": "secret",
    "RotatedSecretError": "errors",
    "RotatedValue": "secret",
    "SecretUnavailableError": "errors",
    "Value": "value",
    "is_retired": "logins",
    "version_of": "logins",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
