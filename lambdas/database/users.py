"""How the application's user comes to exist on a new database."""

from collections.abc import Mapping
from types import MappingProxyType

from database.credential import Credential
from database.names import Pair
from database.target import Target
from rotation.deadline import STEP_SECONDS, Deadline
from rotation.errors import BadSecretError, BusyError
from rotation.rotating_secret import RotatingSecret
from rotation.versions import CURRENT, Version


class Users:
    """Makes AWSCURRENT a login that works: the user with its own schema, and nothing else.

    A user that AWSCURRENT logs in to is left as it is, however it came to exist. One that exists
    and does not accept AWSCURRENT is never touched: it is someone else's, or a rotation of a single
    user is about to finish.
    """

    name = "users"
    seconds = STEP_SECONDS

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
        """Makes sure that AWSCURRENT logs in. Any number of times.

        Args:
            secret: The application's secret.
            owner: For which request it is done.
            deadline: By when it has to be done.
            properties: The resource's.
            before: Those that it had before.

        Returns:
            The user's name.

        Raises:
            RotationError: It does not, and nothing was changed.
        """
        del properties, before
        version = secret.current()
        current = self._target.credential(version.text, CURRENT)
        pair = Pair.of(current.username, longest=self._target.longest_name)
        if self._target.accepts(current, owner=owner, deadline=deadline):
            return current.username
        admin = _admin(current, secret)
        with (
            self._target.connect(admin, owner=owner, deadline=deadline) as session,
            session.fenced(pair.base),
        ):
            _must_be_current(version, secret)
            # A second delivery of the request may have been first.
            if not self._target.accepts(current, owner=owner, deadline=deadline):
                session.create_user(current.username)
                session.change_password(current.username, current.password)
        return current.username

    def remove(self, secret: RotatingSecret, *, deadline: Deadline) -> None:
        """Nothing: to drop a user who owns data is not for a stack to decide."""


def _must_be_current(version: Version, secret: RotatingSecret) -> None:
    """Asked under the fence: a rotation may have finished since the version was read."""
    if secret.current().id != version.id:
        raise BusyError(
            f"{CURRENT} moved to another version in the meantime", remedy="Deploy again"
        )


def _admin(credential: Credential, secret: RotatingSecret) -> Credential:
    if credential.masterarn is None:
        raise BadSecretError(
            "The secret names no admin who could create the user: masterarn is missing",
            remedy="Add masterarn with the ARN of the admin's secret, or create the user yourself",
        )
    return credential.admin(secret.other(credential.masterarn))
