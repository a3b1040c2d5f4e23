"""One user, whose password is changed in place."""

from database.credential import Credential
from database.names import base_of
from database.strategy import UserStrategy
from database.target import Target
from rotation.errors import (
    BadSecretError,
    CredentialRefusedError,
    SecretsManagerError,
    UnsuitableError,
)
from rotation.rotation import Rotation


class SingleUser(UserStrategy[Target]):
    """The user changes its own password: no other rights are needed.

    Where it can't (see `Target.needs_admin`), the admin that `masterarn` names does it after the
    user has logged in.

    Between the commit of the new password in setSecret and the move of the label in finishSecret
    AWSCURRENT does not log in; sessions that are open stay open. Where that is too much, use
    alternating users.
    """

    name = "single"

    def next_user(self, current: Credential) -> str:
        """The same."""
        self._target.name_limit(current).check(current.username)
        return current.username

    def apply(self, rotation: Rotation, current: Credential) -> None:
        """The user gives itself the new password, or the admin does."""
        try:
            self._change(rotation, current, login=current)
        except CredentialRefusedError:
            login = self.other_login(rotation, current)
            if login is None:
                raise
            self._change(rotation, current, login=login)

    def _change(self, rotation: Rotation, current: Credential, login: Credential) -> None:
        with self._target.connect(
            login.at_writer(), owner=rotation.token, deadline=rotation.deadline
        ) as session:
            needs_admin = session.needs_admin()
            if needs_admin is None:
                self._change_in(session, rotation, current, login)
                return
        try:
            admin = self.admin(rotation, current)
        except (BadSecretError, SecretsManagerError) as error:
            if error.retry_helps:
                raise
            raise UnsuitableError(
                f"{needs_admin.cause}, and no admin can be had: {error.cause}",
                remedy=needs_admin.remedy,
            ) from error
        with self.as_admin(admin, rotation) as session:
            self._change_in(session, rotation, current, login)

    def _change_in(
        self, session: Target, rotation: Rotation, current: Credential, login: Credential
    ) -> None:
        # Where AWSCURRENT is not accepted any more, AWSPENDING is the way on, whatever was edited.
        read = self.unedited if login is current else self.pending
        with session.fenced(base_of(current.username)):
            pending = read(rotation, current)
            session.change_password(pending.username, pending.password)
