"""How the application's user comes to exist on a new database."""

from database.credential import Credential
from database.names import Pair
from database.target import Standing, Target
from rotation.deadline import Deadline
from rotation.errors import BadSecretError, CredentialRefusedError, NotOursError
from rotation.rotating_secret import RotatingSecret


class FirstUser:
    """Makes AWSCURRENT a login that works: the user with its own schema, and nothing else.

    A user that AWSCURRENT logs in to is left as it is, however it came to exist. Another user of
    that name is never touched, unless it bears the mark of this very secret.
    """

    name = "first-user"

    def __init__(self, target: type[Target]) -> None:
        """Composes it.

        Args:
            target: The database product.
        """
        self._target = target

    def ensure(self, secret: RotatingSecret, *, owner: str, deadline: Deadline) -> str:
        """Makes sure that AWSCURRENT logs in. Any number of times.

        Args:
            secret: The application's secret.
            owner: For which request it is done.
            deadline: By when it has to be done.

        Returns:
            The user's name.

        Raises:
            RotationError: It does not, and nothing was changed.
        """
        current = self._target.credential(secret.current().text)
        pair = Pair.of(current.username, longest=self._target.longest_name)
        if not self._logs_in(current, owner, deadline):
            self._create(secret, pair, owner=owner, deadline=deadline)
        return current.username

    def _create(
        self, secret: RotatingSecret, pair: Pair, *, owner: str, deadline: Deadline
    ) -> None:
        current = self._target.credential(secret.current().text)
        admin = _admin_of(current, secret)
        with (
            self._target.connect(admin, owner=owner, deadline=deadline) as session,
            session.fenced(pair.base),
        ):
            # Under the fence: a rotation that ran meanwhile has changed AWSCURRENT.
            current = self._target.credential(secret.current().text)
            standing = session.standing(current.username, pair, secret.arn)
            if standing is Standing.UNPROVEN:
                raise NotOursError(
                    f"The user {current.username} exists already and does not accept AWSCURRENT:"
                    " it was not touched",
                    remedy="Put its real password into the secret, or choose another user name",
                )
            if standing is Standing.ABSENT:
                session.create_user(current, secret.arn)
            session.change_password(current.username, current.password)

    def _logs_in(self, credential: Credential, owner: str, deadline: Deadline) -> bool:
        try:
            with self._target.connect(credential, owner=owner, deadline=deadline) as session:
                session.prove()
        except CredentialRefusedError:
            return False
        return True


def _admin_of(credential: Credential, secret: RotatingSecret) -> Credential:
    if credential.masterarn is None:
        raise BadSecretError(
            "The secret names no admin who could create the user: masterarn is missing",
            remedy="Add masterarn with the ARN of the admin's secret, or create the user yourself",
        )
    return credential.admin(secret.other(credential.masterarn))
