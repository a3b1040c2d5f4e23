"""How a session of the admin is had."""

from database.credential import Credential
from database.patience import once_accepted
from database.target import Target
from rotation.deadline import Deadline
from rotation.errors import BadSecretError, CredentialRefusedError
from rotation.rotating_secret import RotatingSecret

WAITS = (1.0, 2.0, 4.0)
"""Seconds between attempts while the admin's own secret rotates, as RDS does every seven days."""


def connect_as_admin(
    target: type[Target],
    credential: Credential,
    secret: RotatingSecret,
    *,
    owner: str,
    deadline: Deadline,
) -> Target:
    """Logs in as the admin that a login's secret names; waits while that one's secret rotates.

    A rotation has the next attempt of Secrets Manager for that; a deployment has one attempt only.

    Args:
        target: The database product.
        credential: The login; its server is the admin's too.
        secret: The login's secret.
        owner: See `Target.connect`.
        deadline: See `Target.connect`.

    Raises:
        BadSecretError: The secret names no admin, or the admin's can't be used.
        TargetError: See `Target.connect`.
    """
    if credential.masterarn is None:
        raise BadSecretError(
            "The secret names no admin who could create the user: masterarn is missing",
            remedy="Add masterarn with the ARN of the admin's secret, or create the user yourself",
        )
    admin_arn = credential.masterarn

    def log_in() -> Target:
        admin = credential.admin(secret.other(admin_arn))
        return target.connect(admin, owner=owner, deadline=deadline)

    try:
        return once_accepted(log_in, WAITS, deadline)
    except CredentialRefusedError as error:
        raise refused(error) from error


def refused(error: CredentialRefusedError) -> CredentialRefusedError:
    """An admin's refused login as it is told: AWSCURRENT is refused while its secret rotates."""
    return CredentialRefusedError(
        error.cause,
        remedy="Nothing if the admin's secret is being rotated, which takes seconds; else"
        " let it hold the admin's real password",
        retry_helps=True,
    )
