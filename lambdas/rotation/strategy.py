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

    def create(self, rotation: Rotation, current: SecretText) -> SecretText:
        """Makes the content of the new version, which the engine stores right after.

        Where we make the credential ourselves, the target must not be touched: what is stored is
        the record of what is going to be applied. Where the target makes it, this is the change at
        the target, and nobody holds the credential before it is stored. Then the strategy itself
        has to leave a record first by which it finds again what an earlier run made and did not
        store; and it makes nothing new for a version that has content already.

        Args:
            rotation: Which.
            current: Content of AWSCURRENT.

        Raises:
            RotationError: No new version can be made from it.
        """

    def discard(self, rotation: Rotation, text: SecretText) -> None:
        """Takes back what `create` made, because it may not have been stored.

        Whether it was is not known: an answer may be lost, another run may have been first. So look
        before, and let alone what can't be told: the next `create` finds it again. Raises nothing.
        Where we make the credential ourselves there is nothing to take back.

        Args:
            rotation: Which.
            text: What `create` made.
        """

    def takes_over(self, rotation: Rotation, current: SecretText, attempt: SecretText) -> bool:
        """Whether the new version gets the content of one that someone gave up.

        Args:
            rotation: Which.
            current: Content of AWSCURRENT.
            attempt: Content of the version that was given up. It may be applied to the target.

        Raises:
            RotationError: The target did not tell.
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
