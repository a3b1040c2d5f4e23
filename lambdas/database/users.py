"""The custom resource of one login: its user, and what that may do with what is others'."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from database import adoption
from database.access import AccessChange, changes
from database.admin import connect_as_admin
from database.credential import Credential
from database.names import Pair
from database.target import Target
from rotation.deadline import Deadline
from rotation.errors import BadEventError, BusyError
from rotation.observability import warn
from rotation.rotating_secret import RotatingSecret
from rotation.versions import CURRENT, Version

T = TypeVar("T")

PRESENT_SECRET = "PresentSecretArn"  # noqa: S105  # a property's name

PATIENCE_SECONDS = 10.0
"""How long others may be in the way; a session that got stuck is ended by then."""


class Users:
    """Makes AWSCURRENT a login that works, and lets it read and write what other logins own.

    A user that does not exist is created, with its own schema and nothing else. One that AWSCURRENT
    logs in to is left as it is, however it came to exist. One that exists and does not accept
    AWSCURRENT is never touched: it is someone else's, or a rotation of a single user is about to
    finish. If the property `PresentSecretArn` names a secret with its present password, that is
    proven and becomes AWSCURRENT.

    The properties `Reads` and `Writes` hold the names of other logins of the same database. A name
    that an Update takes off loses what it gave.
    """

    name = "users"
    seconds = 40.0

    def __init__(self, target: type[Target]) -> None:
        """Composes it.

        Args:
            target: The database product.
        """
        self._target = target

    def ensure(
        self,
        secret: RotatingSecret,
        *,
        owner: str,
        deadline: Deadline,
        properties: Mapping[str, object] = MappingProxyType({}),
        before: Mapping[str, object] = MappingProxyType({}),
    ) -> str:
        """Makes sure that AWSCURRENT logs in and has its access. Any number of times.

        Args:
            secret: The login's secret.
            owner: For which request it is done.
            deadline: By when it has to be done.
            properties: See the class.
            before: Those before an Update.

        Returns:
            The user's name.

        Raises:
            RotationError: It does not log in, and no user was changed; or it logs in and lacks
                access.
        """
        version = secret.current()
        current = self._target.credential(version.text, CURRENT)
        pair = self._target.pair(current)
        wanted = changes(properties, before, of=pair, limit=self._target.name_limit(current))
        arn = _present_secret(properties)
        if not self._target.accepts(current, owner=owner, deadline=deadline):
            if arn:
                self._adopt(version, current, secret, arn, owner=owner, deadline=deadline)
            else:
                self._create(version, current, secret, owner=owner, deadline=deadline)
        for change in wanted:
            self._let(pair, change, current, secret, owner=owner, deadline=deadline)
        return current.username

    def remove(self, secret: RotatingSecret, *, deadline: Deadline) -> None:
        """Nothing: to drop a user who owns data is not for a stack to decide."""

    def _create(
        self,
        version: Version,
        current: Credential,
        secret: RotatingSecret,
        *,
        owner: str,
        deadline: Deadline,
    ) -> None:
        base = self._target.pair(current).base

        def attempt() -> bool:
            with (
                connect_as_admin(
                    self._target, current, secret, owner=owner, deadline=deadline
                ) as session,
                session.fenced(base),
            ):
                if not _is_current(version, secret):
                    return False
                # A second delivery of the request may have been first.
                if not self._target.accepts(current, owner=owner, deadline=deadline):
                    session.create_user(current.username, current.password)
                return True

        if not _patiently(attempt, deadline.at_most(PATIENCE_SECONDS)):
            raise _moved()

    def _adopt(
        self,
        version: Version,
        current: Credential,
        secret: RotatingSecret,
        arn: str,
        *,
        owner: str,
        deadline: Deadline,
    ) -> None:
        found = adoption.present(self._target, current, secret, arn, owner=owner, deadline=deadline)
        if found is None:
            with connect_as_admin(
                self._target, current, secret, owner=owner, deadline=deadline
            ) as session:
                raise adoption.refusal(session, current, secret, arn)
        if not _is_current(version, secret):
            raise _moved()
        adoption.store(secret, version, current, found, owner)

    def _let(
        self,
        pair: Pair,
        change: AccessChange,
        current: Credential,
        secret: RotatingSecret,
        *,
        owner: str,
        deadline: Deadline,
    ) -> None:
        def attempt() -> None:
            with connect_as_admin(
                self._target, current, secret, owner=owner, deadline=deadline
            ) as session:
                for difference in session.change_access(pair.base, change):
                    warn(self.name, "access", difference.cause, difference.remedy)

        _patiently(attempt, deadline.at_most(PATIENCE_SECONDS))


def _patiently(run: Callable[[], T], seconds: float) -> T:
    """Tries again while another session is in the way: a deployment has one attempt only."""
    end = time.monotonic() + seconds
    while True:
        try:
            return run()
        except BusyError:
            if time.monotonic() > end:
                raise


def _is_current(version: Version, secret: RotatingSecret) -> bool:
    """Asked right before a change: a rotation may have finished since the version was read."""
    return secret.current().id == version.id


def _moved() -> BusyError:
    return BusyError(f"{CURRENT} moved to another version in the meantime", remedy="Deploy again")


def _present_secret(properties: Mapping[str, object]) -> str | None:
    arn = properties.get(PRESENT_SECRET) or None
    if arn is None or isinstance(arn, str):
        return arn
    raise BadEventError(
        f"The property {PRESENT_SECRET} of the custom resource is no text",
        remedy="Let present_secret_arn of the login be the ARN of a secret",
    )
