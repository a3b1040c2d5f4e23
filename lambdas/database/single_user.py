"""One user, whose password is changed in place."""

from database.credential import Credential
from database.names import base_of, must_fit
from database.strategy import UserStrategy
from rotation.errors import CredentialRefusedError
from rotation.rotation import Rotation


class SingleUser(UserStrategy):
    """The user changes its own password: no other rights are needed.

    Between the commit of the new password in setSecret and the move of the label in finishSecret
    AWSCURRENT does not log in; sessions that are open stay open. Where that is too much, use
    alternating users.
    """

    name = "single"

    def next_user(self, current: Credential) -> str:
        """The same."""
        must_fit(current.username, longest=self._target.longest_name)
        return current.username

    def apply(self, rotation: Rotation, current: Credential) -> None:
        """The user gives itself the new password."""
        try:
            self._change(rotation, current, login=current)
        except CredentialRefusedError:
            login = self._other_login(rotation, current)
            if login is None:
                raise
            self._change(rotation, current, login=login)

    def _other_login(self, rotation: Rotation, current: Credential) -> Credential | None:
        """What logs in if AWSCURRENT does not.

        AWSPENDING does if an earlier run got as far as the commit. AWSPREVIOUS does again if the
        database was restored from a backup. Both are the same user's own.
        """
        for login in (self.pending(rotation, current), self.previous(rotation, current)):
            if login is not None and self.accepts(login, rotation):
                return login
        return None

    def _change(self, rotation: Rotation, current: Credential, login: Credential) -> None:
        with (
            self._target.connect(
                login, owner=rotation.token, deadline=rotation.deadline
            ) as session,
            session.fenced(base_of(current.username)),
        ):
            pending = self.pending(rotation, current)
            session.change_password(pending.username, pending.password)
