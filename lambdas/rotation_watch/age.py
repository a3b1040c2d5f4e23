"""How long ago a secret was rotated, whether that is too long, and what to do then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.type_defs import SecretListEntryTypeDef

GRACE = timedelta(days=2)
"""A window is up to a day long, and Secrets Manager tries a failed rotation again for a while.

A new secret has as long to get its rotation: the deployment that makes it may still be under way.
"""


@dataclass(frozen=True)
class Age:
    """What a secret's entry in the list tells of its rotation.

    Attributes:
        since: Time since the last rotation that succeeded; since the creation if none has yet.
        overdue: Whether the next one should have succeeded by now, or never comes.
    """

    since: timedelta
    overdue: bool

    @classmethod
    def of(cls, secret: SecretListEntryTypeDef, *, now: datetime) -> Age:
        """Read an entry.

        AutomaticallyAfterDays is what Secrets Manager makes of the schedule, cron or rate, after
        each rotation; until the first one there is the date of the next.
        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html

        Args:
            secret: Secrets Manager's entry of the secret.
            now: The time, with a zone.
        """
        last = secret.get("LastRotatedDate")
        since = now - (last or secret["CreatedDate"])
        if not secret.get("RotationEnabled"):
            return cls(since, overdue=last is not None or since > GRACE)
        days = secret.get("RotationRules", {}).get("AutomaticallyAfterDays")
        if last and days:
            return cls(since, overdue=since > timedelta(days=days) + GRACE)
        due = secret.get("NextRotationDate")
        return cls(since, overdue=due is None or now > due + GRACE)


def remedy(secret: SecretListEntryTypeDef) -> str:
    """Tell what to do about an overdue secret.

    RotateSecret alone turns a rotation on that was turned off, with the function and the schedule
    as they were (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html).
    A rotation that is off may also be that of a credential which was taken out of the settings:
    a protected stack keeps the secret. Deleting it can be undone for 30 days.

    Args:
        secret: Secrets Manager's entry of the secret.
    """
    function = secret.get("RotationLambdaARN", "").rpartition(":")[2]
    rotate, delete = (
        f"aws secretsmanager {operation} --secret-id {secret['Name']}"
        for operation in ("rotate-secret", "delete-secret")
    )
    if not function:
        return "It has never had a rotation: deploy its stack again"
    if not secret.get("RotationEnabled"):
        return (
            f"Its rotation was turned off. If the credential is in use, turn it on: {rotate} . "
            f"If not, delete the secret: {delete}"
        )
    log = f"/aws/lambda/{function}"
    return f"Do what the last error in the log {log} says, if there is one, and rotate: {rotate}"
