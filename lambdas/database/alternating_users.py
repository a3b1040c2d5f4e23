"""Two users with the same rights, of which one rests while the other one's password is in use."""

from database.credential import Credential
from database.names import Pair
from database.passwords import PasswordRules
from database.target import Standing, Target
from rotation.deadline import Deadline
from rotation.errors import BadSecretError, CredentialRefusedError, NotOursError
from rotation.rotation import Rotation
from rotation.secret_text import SecretText


class AlternatingUsers:
    """An admin gives the resting user a new password, which then becomes AWSCURRENT.

    AWSCURRENT and AWSPREVIOUS both log in at every instant. The admin's secret is named by
    `masterarn`.

    The resting user is only touched if it is provably the twin of the current one: it bears the
    mark that our admin set when it made it, or the secret itself holds a credential of it that
    logs in. The latter adopts the users of AWS's own functions, whose `_clone` is AWSPREVIOUS
    (or AWSPENDING, in the middle of a rotation) by then. Names and memberships prove nothing.
    """

    name = "alternating"

    def __init__(self, target: type[Target]) -> None:
        """Composes the strategy.

        Args:
            target: The database product.
        """
        self._target = target

    def create(self, current: SecretText) -> SecretText:
        """The other user with a new password."""
        credential = self._target.credential(current)
        _must_have_admin(credential)
        other = self._pair(credential).other(credential.username)
        return credential.with_login(other, PasswordRules.from_environment().generate())

    def check(self, current: SecretText, pending: SecretText) -> None:
        """The new version must be for the other user at the same server."""
        self._pending_of(self._target.credential(current), pending)

    def set(self, rotation: Rotation, current: SecretText) -> None:
        """The admin makes the twins equal and gives the resting one the new password."""
        credential = self._target.credential(current)
        pair = self._pair(credential)
        secret = rotation.secret.arn
        admin = credential.admin(rotation.secret.other(_must_have_admin(credential)))
        # Before an admin's rights are used for a secret, the secret has to prove that it is
        # accepted itself: whoever can write the secret could else have anyone's password changed.
        self._prove(credential, rotation.token, rotation.deadline)
        with (
            self._target.connect(
                admin, owner=rotation.token, deadline=rotation.deadline
            ) as session,
            session.fenced(pair.base),
        ):
            pending = self._pending_of(credential, rotation.pending())
            standing = session.standing(pending.username, pair, secret)
            if standing is Standing.ABSENT and pending.username == pair.base:
                raise _base_is_gone(pair)
            if standing is Standing.UNPROVEN and not self._secret_proves(rotation, pending):
                raise _not_ours(pending.username, pair)
            session.make_equal(pair, secret)
            session.change_password(pending.username, pending.password)

    def test(self, pending: SecretText, deadline: Deadline) -> None:
        """Logs in with it."""
        self._prove(self._target.credential(pending), "test", deadline)

    def _prove(self, credential: Credential, owner: str, deadline: Deadline) -> None:
        with self._target.connect(credential, owner=owner, deadline=deadline) as session:
            session.prove()

    def _secret_proves(self, rotation: Rotation, pending: Credential) -> bool:
        """Whether AWSPENDING or AWSPREVIOUS is a credential of the resting user that works."""
        previous = rotation.secret.previous()
        candidates = [pending, *([self._target.credential(previous)] if previous else [])]
        for candidate in candidates:
            if candidate.username != pending.username:
                continue
            pending.must_share_server(candidate, whose="AWSPREVIOUS")
            try:
                self._prove(candidate, rotation.token, rotation.deadline)
            except CredentialRefusedError:
                continue
            return True
        return False

    def _pair(self, credential: Credential) -> Pair:
        return Pair.of(credential.username, longest=self._target.longest_name)

    def _pending_of(self, current: Credential, text: SecretText) -> Credential:
        pending = self._target.credential(text)
        current.must_share_server(pending, whose="AWSPENDING")
        expected = self._pair(current).other(current.username)
        if pending.username != expected:
            raise BadSecretError(
                f"AWSPENDING is for the user {pending.username}, and after {current.username}"
                f" it is the turn of {expected}",
                remedy="Take AWSPENDING off that version and rotate again",
            )
        return pending


def _must_have_admin(credential: Credential) -> str:
    if credential.masterarn is None:
        raise BadSecretError(
            "The secret names no admin: masterarn is missing",
            remedy="Add masterarn with the ARN of the admin's secret, or rotate a single user",
        )
    return credential.masterarn


def _base_is_gone(pair: Pair) -> NotOursError:
    return NotOursError(
        f"The user {pair.base}, whose twin {pair.clone} is AWSCURRENT, does not exist",
        remedy=f"If {pair.clone} is the application's first user, give it a name that does not"
        " end in _clone; else create the missing user again",
    )


def _not_ours(username: str, pair: Pair) -> NotOursError:
    return NotOursError(
        f"The user {username} exists already, and nothing proves that it is one of the pair"
        f" {pair.base} and {pair.clone} that this secret owns: it was not touched",
        remedy="If someone else uses it, rename the application's user; if it is a left-over, drop"
        " it (after REASSIGN OWNED)",
    )
