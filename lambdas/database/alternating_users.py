"""Two users with the same rights, of which one rests while the other one's password is in use."""

from database.credential import Credential
from database.names import SUFFIX, Pair
from database.strategy import UserStrategy, masterarn
from database.target import Standing, Target, Twins
from rotation.deadline import Deadline
from rotation.errors import CredentialRefusedError, NotOursError, TargetError
from rotation.event import Step
from rotation.observability import warn
from rotation.rotation import Rotation
from rotation.secret_text import SecretText
from rotation.versions import CURRENT, PENDING


class AlternatingUsers(UserStrategy[Target]):
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
        masterarn(current)
        return self._pair(current).other(current.username)

    def apply(self, rotation: Rotation, current: Credential) -> None:
        """The admin makes the twins equal and gives the resting one the new password."""
        admin = self.admin(rotation, current)
        # Before an admin's rights are used for a secret, the secret has to prove that it is
        # accepted itself: whoever can write the secret could else have anyone's password changed.
        self._prove(current, admin, rotation)
        with self.as_admin(admin, rotation) as session:
            while not self._renew(session, rotation, current):
                rotation.deadline.remaining()

    def test(self, pending: SecretText, deadline: Deadline) -> None:
        """Logs in with it, and compares what the session does with what its twin's would."""
        credential = self._target.credential(pending, PENDING)
        with self.logged_in(credential, deadline) as session:
            session.prove_twin(self._pair(credential))

    def _renew(self, session: Target, rotation: Rotation, current: Credential) -> bool:
        """Changes what fits into one stay within the fence; the password last.

        Returns:
            Whether that was all.
        """
        pair = self._pair(current)
        with session.fenced(pair.base):
            pending = self.unedited(rotation, current)
            twins = session.twins(pair, rotation.secret.arn)
            self._must_be_twin(twins, rotation, pair, pending)
            if refusal := _not_let_in(twins, pending):
                raise refusal
            differences = twins.make_equal(pending.username, pending.password)
            complete = twins.hand_over()
            if complete:
                session.change_password(pending.username, pending.password)
        if complete:
            for difference in differences:
                warn(self.name, Step.SET, difference.cause, difference.remedy)
        return complete

    def _prove(self, current: Credential, admin: Credential, rotation: Rotation) -> None:
        try:
            self._target.prove_alternation(
                current.at_writer(), owner=rotation.token, deadline=rotation.deadline
            )
        except CredentialRefusedError as error:
            if why := self._why_not_let_in(current, admin, rotation):
                raise why from error
            raise

    def _why_not_let_in(
        self, current: Credential, admin: Credential, rotation: Rotation
    ) -> CredentialRefusedError | None:
        """The server does not tell why it refuses a login, and an admin may see it."""
        try:
            with self.as_admin(admin, rotation) as session:
                twins = session.twins(self._pair(current), rotation.secret.arn)
        except TargetError:
            return None
        return _not_let_in(twins, current)

    def _must_be_twin(
        self, twins: Twins, rotation: Rotation, pair: Pair, pending: Credential
    ) -> None:
        standing = twins.standing(pending.username)
        if standing is Standing.ABSENT and pending.username == pair.base:
            raise NotOursError(
                f"The user {pair.base}, whose twin {pair.clone} is {CURRENT}, does not exist",
                remedy=f"If {pair.clone} is the application's first user, rename it to one that"
                f" does not end in {SUFFIX}, in the database and in the secret; else create the"
                f" missing user again, with what {pair.clone} may do and a password that nobody"
                " knows",
            )
        if standing is Standing.UNPROVEN and not self._secret_proves(rotation, pending):
            other = twins.marked_by()
            belongs = f"its mark is that of {other}" if other else "it has no mark"
            gone = "that secret is gone and " if other else ""
            raise NotOursError(
                f"The user {pending.username} exists already, and nothing proves that it is one of"
                f" the pair {pair.base} and {pair.clone} that this secret owns ({belongs}): it"
                " was not touched",
                remedy=f"If {gone}both users are this application's alone, say so as an admin:"
                f" {twins.claim()}; else give the application a user of another name",
            )

    def _secret_proves(self, rotation: Rotation, pending: Credential) -> bool:
        """Whether AWSPREVIOUS or AWSPENDING is a credential of the resting user that works.

        The one that is so as a rule comes first: a refused login may count against the user.
        """
        previous = self.previous(rotation, like=pending)
        if previous is not None and self.accepts(previous, rotation):
            return True
        return self.accepts(pending, rotation)

    def _pair(self, credential: Credential) -> Pair:
        return self._target.pair(credential)


def _not_let_in(twins: Twins, credential: Credential) -> CredentialRefusedError | None:
    why = twins.shut_out(credential.username)
    if why is None:
        return None
    return CredentialRefusedError(
        f"{why}, so that no password lets it in; {credential.whose} needs it",
        remedy=f"Let it in again as an admin: {twins.renewal(credential.username)}",
    )
