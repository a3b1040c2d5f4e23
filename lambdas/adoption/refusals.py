"""Secrets whose rotation can't be taken over, each with the reason."""

from adoption.secret_rotation import Description
from rotation.errors import BusyError, GoneError, NotOursError, RotationError


def refusal(found: Description) -> RotationError | None:
    """Why the rotation of a secret can't be taken over.

    Args:
        found: What Secrets Manager tells of it.

    Returns:
        None if it can.
    """
    if found.owner:
        return NotOursError(
            f"The secret is managed by {found.owner}, which rotates it itself and lets nobody else",
            remedy="Leave its user to that, which goes on to change the password: give the"
            " application a user and a secret of its own, and let adopt_secret_arn name that",
        )
    if found.deleted:
        return GoneError(
            "The secret is scheduled for deletion",
            remedy="Restore it (aws secretsmanager restore-secret), or take adopt_secret_arn out",
        )
    if found.primary:
        return NotOursError(
            f"The secret is a replica of one in {found.primary}, and rotates there",
            remedy=f"Adopt the one in {found.primary}: its replicas follow",
        )
    if found.pending:
        return in_the_middle(found)
    return None


def in_the_middle(found: Description) -> BusyError:
    """A rotation has not finished; Secrets Manager changes nothing about it until then."""
    return BusyError(
        f"A rotation has not finished: the version {found.pending} carries AWSPENDING and is not"
        f" AWSCURRENT ({found.settings.function or 'no function'} rotates the secret)",
        remedy="Let it finish: its function's log tells what is in its way, and RotateSecret tries"
        " it again. If no rotation has put the label there, take it off (aws secretsmanager"
        f" update-secret-version-stage --version-stage AWSPENDING --remove-from-version-id"
        f" {found.pending}). Then deploy again",
    )
