"""A user that exists already, with the password that it has at present."""

import uuid

from database.credential import Credential
from database.target import Standing, Target
from rotation.deadline import Deadline
from rotation.errors import (
    BadSecretError,
    BusyError,
    CredentialRefusedError,
    GoneError,
    SecretsManagerError,
)
from rotation.rotating_secret import RotatingSecret
from rotation.versions import CURRENT, Version

_PRESENT = uuid.UUID("5c9f7c0e-5f0b-4f5e-8f7e-6f3c7b9a1d42")
"""Any constant: with it, all deliveries of a request mean the same version."""


def present(
    target: type[Target],
    current: Credential,
    secret: RotatingSecret,
    arn: str,
    *,
    owner: str,
    deadline: Deadline,
) -> Credential | None:
    """Reads a user's present password from another secret, and proves it.

    Args:
        target: The database product.
        current: The login whose password it shall be.
        secret: Its secret.
        arn: The other secret.
        owner: See `Target.connect`.
        deadline: See `Target.connect`.

    Returns:
        None if the database does not accept it.

    Raises:
        BadSecretError: It is another user's or for another server, or can't be used.
        TargetError: It can't be told whether the database accepts it.
    """
    found = current.beside(secret.other(arn), whose=f"the secret {arn}")
    if found.username != current.username:
        raise BadSecretError(
            f"The secret {arn} holds the password of {found.username}, and the login to be taken"
            f" over is {current.username}",
            remedy=f"Let present_secret_arn name the secret of {current.username}; if that one"
            " alternates between two users, rotate it once more before",
        )
    return found if target.accepts(found, owner=owner, deadline=deadline) else None


def refusal(session: Target, current: Credential, secret: RotatingSecret, arn: str) -> Exception:
    """Why a present password was not accepted, which the server tells to an admin only.

    Args:
        session: The admin's.
        current: The login.
        secret: Its secret.
        arn: The secret with the password.
    """
    pair = session.pair(current)
    if session.twins(pair, secret.arn).standing(current.username) is Standing.ABSENT:
        return GoneError(
            f"The user {current.username}, whose password the secret {arn} holds, does not exist",
            remedy="Leave present_secret_arn out and the user is created; or correct its name",
        )
    return CredentialRefusedError(
        f"The database does not let {current.username} log in with the password in the secret"
        f" {arn}",
        remedy="Put the user's present password into the secret that present_secret_arn names",
    )


def store(
    secret: RotatingSecret, version: Version, current: Credential, found: Credential, owner: str
) -> None:
    """Makes a proven password AWSCURRENT; all else in the secret stays as it is.

    Nothing changes at the database, so no application notices. The next rotation changes it.

    Args:
        secret: The login's secret.
        version: AWSCURRENT as it was read.
        current: What is in it.
        found: What was proven.
        owner: The request; a second delivery of it stores the same.

    Raises:
        BusyError: The password changed between two deliveries.
        SecretsManagerError: The call failed.
    """
    token = str(uuid.uuid5(_PRESENT, f"{owner} {secret.arn} {version.id}"))
    text = current.with_login(current.username, found.password)
    try:
        secret.store(token, text, labels=[CURRENT])
    except SecretsManagerError as error:
        if error.code != "ResourceExistsException":
            raise
        raise BusyError(
            f"The password of {current.username} changed while it was taken over",
            remedy="Deploy again",
        ) from error
