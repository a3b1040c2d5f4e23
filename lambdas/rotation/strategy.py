"""What a rotation needs to know about a kind of credential."""

from typing import Protocol

from rotation.deadline import Deadline
from rotation.rotation import Rotation
from rotation.secret_text import SecretText


class Strategy(Protocol):
    """How one kind of credential is renewed, proven and applied.

    The engine may call every method any number of times for one rotation, also at the same time
    from several invocations; an outcome must not depend on it.

    Attributes:
        name: How the strategy is called in logs and metrics.
    """

    name: str

    def create(self, current: SecretText) -> SecretText:
        """Makes the content of the new version. Must not touch the target.

        Args:
            current: Content of AWSCURRENT.

        Raises:
            BadSecretError: No new version can be made from it.
        """

    def check(self, current: SecretText, pending: SecretText) -> None:
        """Refuses a new version that does not belong to the current one. Asks nobody.

        Raises:
            BadSecretError: It does not.
        """

    def set(self, rotation: Rotation, current: SecretText) -> None:
        """Makes the target accept the pending credential.

        Before anything changes, the current credential must be proven, other writers be locked
        out at the target, and the version be read again under that lock.

        Raises:
            RotationError: Nothing was changed.
        """

    def test(self, pending: SecretText, deadline: Deadline) -> None:
        """Proves at the target that the pending credential is accepted.

        Raises:
            TargetError: It is not.
        """
