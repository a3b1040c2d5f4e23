"""One user, whose password is changed in place."""

from database.credential import Credential
from database.names import base_of
from database.strategy import UserStrategy
from database.target import Target
from rotation.errors import CredentialRefusedError
from rotation.rotation import Rotation


class SingleUser(UserStrategy[Target]):
    """The user changes its own password: no other rights are needed.

    Where a database takes a user's own password in the clear alone, the admin that `masterarn`
    names changes it after the user has logged in, because no password is sent in a statement.

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
            if session.changes_own_password():
                self._change_in(session, rotation, current)
                return
        with self.as_admin(self.admin(rotation, current), rotation) as admin:
            self._change_in(admin, rotation, current)

    def _change_in(self, session: Target, rotation: Rotation, current: Credential) -> None:
        with session.fenced(base_of(current.username)):
            pending = self.pending(rotation, current)
            session.change_password(pending.username, pending.password)
