"""One user, whose password is changed in place."""

from database.credential import Credential
from database.names import base_of, must_fit
from database.passwords import PasswordRules
from database.target import Target
from rotation.deadline import Deadline
from rotation.errors import BadSecretError, CredentialRefusedError
from rotation.rotation import Rotation
from rotation.secret_text import SecretText


class SingleUser:
    """The user changes its own password: no other rights are needed.

    Between the commit of the new password in setSecret and the move of the label in finishSecret
    AWSCURRENT does not log in; sessions that are open stay open. Where that is too much, use
    alternating users.
    """

    name = "single"

    def __init__(self, target: type[Target]) -> None:
        """Composes the strategy.

        Args:
            target: The database product.
        """
        self._target = target

    def create(self, current: SecretText) -> SecretText:
        """The same user with a new password."""
        credential = self._target.credential(current)
        must_fit(credential.username, longest=self._target.longest_name)
        password = PasswordRules.from_environment().generate()
        return credential.with_login(credential.username, password)

    def check(self, current: SecretText, pending: SecretText) -> None:
        """The new version must be for the same user at the same server."""
        self._pending_of(self._target.credential(current), pending)

    def set(self, rotation: Rotation, current: SecretText) -> None:
        """The user gives itself the new password."""
        credential = self._target.credential(current)
        must_fit(credential.username, longest=self._target.longest_name)
        try:
            self._change(rotation, credential, login=credential)
        except CredentialRefusedError as refusal:
            self._resume(rotation, credential, refusal)

    def test(self, pending: SecretText, deadline: Deadline) -> None:
        """Logs in with it."""
        credential = self._target.credential(pending)
        with self._target.connect(credential, owner="test", deadline=deadline) as session:
            session.prove()

    def _change(self, rotation: Rotation, current: Credential, login: Credential) -> None:
        with (
            self._target.connect(
                login, owner=rotation.token, deadline=rotation.deadline
            ) as session,
            session.fenced(base_of(current.username)),
        ):
            pending = self._pending_of(current, rotation.pending())
            session.change_password(pending.username, pending.password)

    def _resume(
        self, rotation: Rotation, current: Credential, refusal: CredentialRefusedError
    ) -> None:
        """AWSCURRENT is refused: the change was made by an earlier run, or undone since.

        AWSPREVIOUS works again when the database was restored from a backup. It is the same
        user's, so it changes nothing but its own.
        """
        pending = self._pending_of(current, rotation.pending())
        if self._logs_in(pending, rotation):
            return
        text = rotation.secret.previous()
        previous = self._target.credential(text) if text else current
        previous_works = previous.username == current.username and previous != current
        if previous_works and self._logs_in(previous, rotation):
            self._change(rotation, current, login=previous)
            return
        raise refusal

    def _logs_in(self, credential: Credential, rotation: Rotation) -> bool:
        try:
            self._target.connect(
                credential, owner=rotation.token, deadline=rotation.deadline
            ).close()
        except CredentialRefusedError:
            return False
        return True

    def _pending_of(self, current: Credential, text: SecretText) -> Credential:
        pending = self._target.credential(text)
        current.must_share_server(pending, whose="AWSPENDING")
        if pending.username != current.username:
            raise BadSecretError(
                f"AWSPENDING is for the user {pending.username}, AWSCURRENT for"
                f" {current.username}: rotation of a single user keeps the name",
                remedy="Take AWSPENDING off that version and rotate again",
            )
        return pending
