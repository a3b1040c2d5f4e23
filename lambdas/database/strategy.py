"""What the strategies for SQL users have in common."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from database.admin import refused
from database.credential import Credential
from database.passwords import PasswordRules
from database.patience import once_accepted
from database.target import Target
from rotation.deadline import Deadline
from rotation.errors import BadSecretError, CredentialRefusedError
from rotation.rotation import Rotation
from rotation.secret_text import SecretText
from rotation.versions import CURRENT, PENDING, PREVIOUS

SomeTarget = TypeVar("SomeTarget", bound=Target)

READERS_WAITS = (0.2, 0.8, 2.0)
"""Seconds between attempts to log in at a reader of a cluster, which learns later of a password.

Usually by less than 100 milliseconds:
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Replication.html
The attempts are few because a server may lock users out whom it has refused some times.
"""


class UserStrategy(ABC, Generic[SomeTarget]):
    """A strategy whose secret is a login; implements `rotation.strategy.Strategy`.

    Subclasses say whose turn it is, and how the database is told.
    """

    name: str

    def __init__(self, target: type[SomeTarget]) -> None:
        """Composes the strategy.

        Args:
            target: The database product.
        """
        self._target = target

    @abstractmethod
    def next_user(self, current: Credential) -> str:
        """Who logs in after `current`.

        Raises:
            BadSecretError: It can't be rotated this way.
        """

    @abstractmethod
    def apply(self, rotation: Rotation, current: Credential) -> None:
        """Makes the database accept the pending credential; see `Strategy.set`."""

    def create(self, rotation: Rotation, current: SecretText) -> SecretText:
        """The next user with a new password. The database learns of it in setSecret."""
        del rotation
        credential = self._target.credential(current, CURRENT)
        user = self.next_user(credential)
        return credential.with_login(user, PasswordRules.from_environment().generate())

    def discard(self, rotation: Rotation, text: SecretText) -> None:  # it is complete
        """Nothing: a password that was not stored was never applied."""

    def takes_over(self, rotation: Rotation, current: SecretText, attempt: SecretText) -> bool:
        """If it is for the next user: then both are one attempt."""
        del rotation
        try:
            self.check(current, attempt)
        except BadSecretError:
            return False
        return True

    def check(self, current: SecretText, pending: SecretText) -> None:
        """The new version has to be for the next user at the same server."""
        self._next(self._target.credential(current, CURRENT), pending)

    def set(self, rotation: Rotation, current: SecretText) -> None:
        """Refuses what can't be rotated before it opens a connection."""
        credential = self._target.credential(current, CURRENT)
        self.next_user(credential)
        self.apply(rotation, credential)

    def test(self, pending: SecretText, deadline: Deadline) -> None:
        """Logs in with it."""
        with self.logged_in(self._target.credential(pending, PENDING), deadline) as session:
            session.prove()

    def pending(self, rotation: Rotation, current: Credential) -> Credential:
        """Reads the pending credential; proves that it is pending, and the next one.

        Raises:
            NotPendingError: It is not pending any more.
            BadSecretError: It does not follow `current`.
        """
        return self._next(current, rotation.pending())

    def unedited(self, rotation: Rotation, current: Credential) -> Credential:
        """The same, before anything is changed: later it can't be told any more what comes first.

        Raises:
            NotPendingError: It is not pending any more.
            BadSecretError: It does not follow `current`, or was made before that was edited.
        """
        pending = self.pending(rotation, current)
        if pending.besides_login() != current.besides_login():
            raise BadSecretError(
                f"{CURRENT} was edited after {PENDING} was made from it, which would undo that",
                remedy=f"Take {PENDING} off that version and rotate again",
            )
        return pending

    def previous(self, rotation: Rotation, like: Credential) -> Credential | None:
        """Reads AWSPREVIOUS.

        Returns:
            None if it is no credential of the same user at the same server.
        """
        version = rotation.secret.previous()
        if version is None:
            return None
        try:
            previous = self._target.credential(version.text, PREVIOUS)
        except BadSecretError:
            return None
        same = previous.username == like.username and previous.shares_server(like)
        return previous if same else None

    def admin(self, rotation: Rotation, current: Credential) -> Credential:
        """Reads the credential of the admin that the secret names.

        Raises:
            BadSecretError: It names none, or one that can't be used.
        """
        return current.admin(rotation.secret.other(masterarn(current)))

    def as_admin(self, admin: Credential, rotation: Rotation) -> SomeTarget:
        """Logs in; AWSCURRENT is refused for a moment while the admin's own secret rotates."""
        try:
            return self._target.connect(admin, owner=rotation.token, deadline=rotation.deadline)
        except CredentialRefusedError as error:
            raise refused(error) from error

    def other_login(self, rotation: Rotation, current: Credential) -> Credential | None:
        """What logs in if AWSCURRENT does not, where the user stays the same.

        AWSPENDING does if an earlier run got as far as the change. AWSPREVIOUS does again if the
        database was restored from a backup. Both are the same user's own.
        """
        for login in (self.pending(rotation, current), self.previous(rotation, current)):
            if login is not None and self.accepts(login, rotation):
                return login
        return None

    def accepts(self, credential: Credential, rotation: Rotation) -> bool:
        """Whether the database lets a credential log in.

        Raises:
            TargetError: It can't be told.
        """
        return self._target.accepts(credential, owner=rotation.token, deadline=rotation.deadline)

    def logged_in(self, pending: Credential, deadline: Deadline) -> SomeTarget:
        """Logs in where the application does; waits for readers of a cluster, if it is there.

        Raises:
            TargetError: See `Target.connect`.
        """

        def log_in() -> SomeTarget:
            return self._target.connect(pending, owner="test", deadline=deadline)

        if pending == pending.at_writer():
            return log_in()
        try:
            return once_accepted(log_in, READERS_WAITS, deadline)
        except CredentialRefusedError as error:
            raise CredentialRefusedError(
                f"{error.cause}, some seconds after it was told to the writer",
                remedy="Nothing if the cluster's readers are that far behind the writer now and"
                " then; if they always are, see what keeps them (AuroraReplicaLag)",
                retry_helps=True,
            ) from error

    def _next(self, current: Credential, text: SecretText) -> Credential:
        pending = self._target.credential(text, PENDING)
        current.must_share_server(pending)
        user = self.next_user(current)
        if pending.username != user:
            raise BadSecretError(
                f"{PENDING} is for the user {pending.username}, and after {current.username}"
                f" ({CURRENT}) it is the turn of {user}",
                remedy=f"Take {PENDING} off that version and rotate again",
            )
        return pending


def masterarn(credential: Credential) -> str:
    """ARN of the admin's secret.

    Raises:
        BadSecretError: The secret names none.
    """
    if credential.masterarn is None:
        raise BadSecretError(
            "The secret names no admin: masterarn is missing",
            remedy="Add masterarn with the ARN of the admin's secret, or rotate a single user that"
            " changes its own password",
        )
    return credential.masterarn
