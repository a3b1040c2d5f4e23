"""An IAM user as the credential report tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from credential_rotation.command.inventory.access_key import SLOTS, AccessKey

ROOT = "<root_account>"
"""The account's root user; it is no IAM user, and Security Hub's IAM.4 and IAM.6 look at it."""


@dataclass(frozen=True)
class User:
    """A user with his credentials.

    Attributes:
        console: Whether he has a password for the console.
        mfa: Whether an MFA device is enabled for him.
        keys: His active access keys.
    """

    name: str
    arn: str
    console: bool
    mfa: bool
    keys: tuple[AccessKey, ...]

    @classmethod
    def of(cls, row: Mapping[str, str]) -> Self:
        """Read a row of the report."""
        keys = (AccessKey.of(row, slot) for slot in SLOTS)
        return cls(
            name=row["user"],
            arn=row["arn"],
            console=row["password_enabled"] == "true",  # noqa: S105 - no password
            mfa=row["mfa_active"] == "true",
            keys=tuple(key for key in keys if key),
        )
