"""One rotation as a strategy sees it."""

from dataclasses import dataclass

from rotation.deadline import Deadline
from rotation.errors import NotPendingError
from rotation.rotating_secret import RotatingSecret
from rotation.secret_text import SecretText


@dataclass(frozen=True, slots=True)
class Rotation:
    """A secret on its way to a new version.

    Attributes:
        secret: The secret.
        token: Id of the version to rotate to.
        deadline: By when the step has to end.
    """

    secret: RotatingSecret
    token: str
    deadline: Deadline

    def pending(self) -> SecretText:
        """Reads the new version, anew each time: it also proves that it still is the pending one.

        Raises:
            NotPendingError: It is no longer, or it is empty.
            SecretsManagerError: The call failed.
        """
        return self.secret.pending(self.token)

    def unfinished(self) -> SecretText | None:
        """Content of the version that has to become AWSCURRENT.

        Returns:
            None if another run was first, and the version is AWSCURRENT.

        Raises:
            NotPendingError: It is neither that nor pending.
            SecretsManagerError: A call failed.
        """
        try:
            return self.pending()
        except NotPendingError:
            if self.is_over():
                return None
            raise

    def is_over(self) -> bool:
        """Whether another run was first, and the version is AWSCURRENT.

        Raises:
            BadSecretError: AWSCURRENT is not text.
            SecretsManagerError: The call failed.
        """
        return self.secret.current().id == self.token
