"""Two users with the same rights, of which one rests while the other one's password is in use."""

from database.credential import Credential
from database.names import Pair
from database.strategy import UserStrategy
from database.target import Standing, Target
from rotation.errors import BadSecretError, CredentialRefusedError, NotOursError
from rotation.rotation import Rotation


class AlternatingUsers(UserStrategy):
    """An admin gives the resting user a new password, which then becomes AWSCURRENT.

    AWSCURRENT and AWSPREVIOUS both log in at every instant. The admin's secret is named by
    `masterarn`.

    The resting user is only touched if it is provably the twin of the current one: it bears the
    mark that our admin set when it made it, or the secret itself holds a credential of it that
    logs in. The latter adopts the users of AWS's own functions, whose `_clone` is AWSPREVIOUS
    (or AWSPENDING, in the middle of a rotation) by then. Names and memberships prove nothing.
    """

    name = "alternating"

    def next_user(self, current: Credential) -> str:
        """The other one of the pair."""
        _masterarn(current)
        return self._pair(current).other(current.username)

    def apply(self, rotation: Rotation, current: Credential) -> None:
        """The admin makes the twins equal and gives the resting one the new password."""
        admin = current.admin(rotation.secret.other(_masterarn(current)))
        # Before an admin's rights are used for a secret, the secret has to prove that it is
        # accepted itself: whoever can write the secret could else have anyone's password changed.
        self._prove(current, rotation)
        pair = self._pair(current)
        with self._as_admin(admin, rotation) as session, session.fenced(pair.base):
            pending = self.pending(rotation, current)
            self._must_be_twin(session, rotation, pending)
            session.make_equal(pair, rotation.secret.arn)
            session.change_password(pending.username, pending.password)

    def _as_admin(self, admin: Credential, rotation: Rotation) -> Target:
        """Logs in; AWSCURRENT is refused for a moment while the admin's own secret rotates."""
        try:
            return self._target.connect(admin, owner=rotation.token, deadline=rotation.deadline)
        except CredentialRefusedError as error:
            raise CredentialRefusedError(
                error.cause,
                remedy="Nothing if the admin's secret is being rotated, which takes seconds; else"
                " let it hold the admin's real password",
                retry_helps=True,
            ) from error

    def _prove(self, credential: Credential, rotation: Rotation) -> None:
        with self._target.connect(
            credential, owner=rotation.token, deadline=rotation.deadline
        ) as session:
            session.prove()

    def _must_be_twin(self, session: Target, rotation: Rotation, pending: Credential) -> None:
        pair = self._pair(pending)
        standing = session.standing(pending.username, pair, rotation.secret.arn)
        if standing is Standing.ABSENT and pending.username == pair.base:
            raise NotOursError(
                f"The user {pair.base}, whose twin {pair.clone} is AWSCURRENT, does not exist",
                remedy=f"If {pair.clone} is the application's first user, give it a name that"
                " does not end in _clone; else create the missing user again",
            )
        if standing is Standing.UNPROVEN and not self._secret_proves(rotation, pending):
            raise NotOursError(
                f"The user {pending.username} exists already, and nothing proves that it is one of"
                f" the pair {pair.base} and {pair.clone} that this secret owns: it was not touched",
                remedy="If someone else uses it, rename the application's user; if it is a"
                " left-over, drop it (after REASSIGN OWNED)",
            )

    def _secret_proves(self, rotation: Rotation, pending: Credential) -> bool:
        """Whether AWSPENDING or AWSPREVIOUS is a credential of the resting user that works."""
        if self.accepts(pending, rotation):
            return True
        previous = self.previous(rotation, like=pending)
        return previous is not None and self.accepts(previous, rotation)

    def _pair(self, credential: Credential) -> Pair:
        return Pair.of(credential.username, longest=self._target.longest_name)


def _masterarn(credential: Credential) -> str:
    if credential.masterarn is None:
        raise BadSecretError(
            "The secret names no admin: masterarn is missing",
            remedy="Add masterarn with the ARN of the admin's secret, or rotate a single user",
        )
    return credential.masterarn
