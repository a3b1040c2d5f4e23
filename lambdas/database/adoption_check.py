"""The custom resource that looks at a secret whose rotation is about to be taken over."""

import re
from collections.abc import Mapping
from typing import Any

from database.credential import Credential, writer_of
from database.names import base_of
from database.strategy import UserStrategy, masterarn
from database.target import Target
from rotation.deadline import Deadline
from rotation.errors import (
    BadEventError,
    BadSecretError,
    CredentialRefusedError,
    SecretsManagerError,
    UnsuitableError,
)
from rotation.rotating_secret import RotatingSecret
from rotation.versions import CURRENT, Version

_END = re.compile("-[A-Za-z0-9]{6}$")
"""What Secrets Manager appends to a secret's name in its ARN."""

_EXCLUDED = {"AccessDeniedException", "DecryptionFailure"}
"""Also what Secrets Manager answers if it is the key's policy that is in the way."""


class AdoptionCheck:
    """Succeeds if a secret can be rotated as it is, and else says what is in the way.

    Besides `SecretArn`, it has the properties `Strategy`; `Username`, `Host` and `Port`, which the
    secret has to be for; `AdminArn`, the secret that functions of the strategy read besides, or
    nothing; and `Roles`, a pattern of the roles that have to be let read the secret.
    """

    name = "adoption"
    seconds = 40.0

    def __init__(self, target: type[Target], strategies: Mapping[str, UserStrategy[Any]]) -> None:
        """Composes it.

        Args:
            target: The database product.
            strategies: By which its users rotate, by their names.
        """
        self._target = target
        self._strategies = strategies

    def ensure(
        self,
        secret: RotatingSecret,
        *,
        owner: str,
        deadline: Deadline,
        properties: Mapping[str, object],
        before: Mapping[str, object],
    ) -> str:
        """Looks. Any number of times.

        Args:
            secret: The secret.
            owner: For which request it is done.
            deadline: By when it has to be done.
            properties: See the class.
            before: Those before an Update.

        Returns:
            The name of the user whose password is in use.

        Raises:
            RotationError: What is in the way. Nothing was changed.
        """
        del before
        strategy = self._strategies.get(str(properties.get("Strategy")))
        if strategy is None:
            raise BadEventError(
                f"The strategy {properties.get('Strategy')} is none of"
                f" {', '.join(self._strategies)}",
                remedy="Correct the strategy of the login",
            )
        current = self._target.credential(_read(secret, properties.get("Roles")).text, CURRENT)
        _must_be_of(current, properties, base=base_of(current.username))
        strategy.next_user(current)
        _must_name_admin(current, str(properties.get("AdminArn") or ""))
        if not self._target.accepts(current, owner=owner, deadline=deadline):
            raise CredentialRefusedError(
                f"The database does not let {current.username} log in with the password in the"
                " secret",
                remedy="Let its rotation finish, or put the user's present password into it",
            )
        return current.username

    def remove(self, secret: RotatingSecret, *, deadline: Deadline) -> None:
        """Nothing: there is nothing of it."""


def _read(secret: RotatingSecret, roles: object) -> Version:
    try:
        return secret.current()
    except SecretsManagerError as error:
        if error.code not in _EXCLUDED:
            raise
        raise UnsuitableError(
            f"Secrets Manager answered {error.code}: the policy of the secret, or that of its key,"
            f" excludes the functions that rotate it, whose roles are {roles}",
            remedy="Let both admit these roles, as docs/adopting.md shows; a key of one's own is"
            " named in adopt_secret_key_arn, too",
        ) from error


def _must_be_of(current: Credential, properties: Mapping[str, object], *, base: str) -> None:
    username = properties.get("Username")
    if base != username:
        raise BadSecretError(
            f"The secret is that of the user {base}, and the login is {username}",
            remedy=f"Let username of the login be {base}, or adopt the secret of {username}",
        )
    here = f"{properties.get('Host')}:{properties.get('Port')}"
    there = f"{current.host}:{current.port}"
    if writer_of(here.lower()) != writer_of(there.lower()):
        raise BadSecretError(
            f"The secret is for the server {there}, and the database is at {here}",
            remedy="Adopt it in the database that describes that server, by the name in the secret",
        )


def _must_name_admin(current: Credential, admin: str) -> None:
    """The functions read one admin's secret, by whichever of its names."""
    if not admin:
        return
    named = masterarn(current)
    name = admin.rpartition(":")[2]
    without_end = _END.sub("", name)
    ours = {admin, admin.removesuffix(name) + without_end, name, without_end}
    if named not in ours and _END.sub("", named) != admin:  # which may lack its end, too
        raise BadSecretError(
            f"The secret names {named} as its admin's (masterarn), and the functions"
            f" read {admin} alone",
            remedy="Let the database have that secret as its admin's (existing.admin_secret_arn)",
        )
