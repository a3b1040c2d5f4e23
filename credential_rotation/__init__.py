"""Constructs for credentials that rotate: importable by any CDK app, with no settings of ours.

`DatabaseLogin`, `DatabaseRotator`, `DatabaseServer` and `RotatedAccessKey` are for apps of others;
everything else is ours and may change. Importing this package comes before importing `aws_cdk`:
jsii, on which the CDK's Python packages rest, starts a Node.js process while it is imported, and
here is decided which one. The constructs themselves are imported when they are asked for, so that
this package can be used without the CDK.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from credential_rotation.node import use_packaged_node

if TYPE_CHECKING:
    from credential_rotation.database_login import DatabaseLogin
    from credential_rotation.database_rotator import DatabaseRotator
    from credential_rotation.database_server import DatabaseServer
    from credential_rotation.rotated_access_key import RotatedAccessKey

__all__ = ["DatabaseLogin", "DatabaseRotator", "DatabaseServer", "RotatedAccessKey"]

use_packaged_node()

_HOMES = {
    "DatabaseLogin": "credential_rotation.database_login",
    "DatabaseRotator": "credential_rotation.database_rotator",
    "DatabaseServer": "credential_rotation.database_server",
    "RotatedAccessKey": "credential_rotation.rotated_access_key",
}


def __getattr__(name: str) -> object:
    """Import what is public when it is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
