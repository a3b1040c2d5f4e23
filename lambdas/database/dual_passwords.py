"""One user with two passwords, of which the older one makes room for the newest."""

from database.credential import Credential
from database.names import base_of
from database.strategy import UserStrategy, masterarn
from database.target import DualTarget
from rotation.errors import CredentialRefusedError
from rotation.rotation import Rotation
from rotation.versions import CURRENT


class DualPasswords(UserStrategy[DualTarget]):
    """An admin gives the user a second password, which then becomes AWSCURRENT.

    AWSCURRENT and AWSPREVIOUS are both accepted until setSecret of the next rotation, and the
    user's name never changes: there is no twin to be kept equal, and all that the user creates is
    its own. The admin's secret is named by `masterarn`.

    After setSecret only AWSCURRENT and AWSPENDING are accepted. A password of a version that was
    given up goes, whichever of the user's two it is.
    """

    name = "dual"

    def next_user(self, current: Credential) -> str:
        """The same."""
        masterarn(current)
        self._target.name_limit(current).check(current.username)
        return current.username

    def apply(self, rotation: Rotation, current: Credential) -> None:
        """The admin adds the new password to AWSCURRENT's."""
        admin = self.admin(rotation, current)
        # As with alternating users: a secret proves itself before an admin's rights are used.
        if not self.accepts(current, rotation) and self.other_login(rotation, current) is None:
            raise CredentialRefusedError(
                f"The database lets {current.username} log in with none of the secret's passwords",
                remedy=f"Put the user's real password into {CURRENT}, or let an admin set it to the"
                " secret's; see also whether the user is locked",
            )
        with (
            self.as_admin(admin, rotation) as session,
            session.fenced(base_of(current.username)),
        ):
            pending = self.unedited(rotation, current)
            session.add_password(pending.username, pending.password, beside=current.password)
