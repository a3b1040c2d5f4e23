"""What is wrong with a user."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from credential_rotation.command.inventory.user import User


class Kind(StrEnum):
    """What can be wrong; in parentheses the control of Security Hub that says so.

    https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html
    """

    CONSOLE_WITHOUT_MFA = "console-without-mfa"  # (IAM.5)
    OLD_KEY = "old-key"  # (IAM.3)
    UNUSED_KEY = "unused-key"  # (IAM.22)
    DIRECT_POLICY = "direct-policy"  # (IAM.2)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with one user.

    Attributes:
        detail: Which key or policy it is about; empty where there is nothing to tell.
    """

    user: str
    arn: str
    kind: Kind
    detail: str = ""


def findings(
    user: User, policies: tuple[str, ...], *, now: datetime, longest: timedelta
) -> Iterator[Finding]:
    """Look at a user.

    Args:
        user: The user.
        policies: The policies attached to him or written into him.
        now: The time, with a zone.
        longest: How old a key may be.
    """
    if user.console and not user.mfa:
        yield Finding(user.name, user.arn, Kind.CONSOLE_WITHOUT_MFA)
    for key in user.keys:
        made = f"made {key.made:%Y-%m-%d}"
        if key.age(now) > longest:
            old = f"{made}, {key.age(now).days} days old"
            yield Finding(user.name, user.arn, Kind.OLD_KEY, old)
        if key.used is None:
            yield Finding(user.name, user.arn, Kind.UNUSED_KEY, made)
    for policy in policies:
        yield Finding(user.name, user.arn, Kind.DIRECT_POLICY, policy)
