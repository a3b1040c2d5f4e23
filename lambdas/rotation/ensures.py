"""What a custom resource of ours does."""

from collections.abc import Mapping
from typing import Protocol

from rotation.deadline import Deadline
from rotation.rotating_secret import RotatingSecret


class Ensures(Protocol):
    """Makes sure that something exists, any number of times.

    Attributes:
        name: How it is called in logs and metrics.
        seconds: The longest that it may take.
    """

    name: str
    seconds: float

    def ensure(
        self,
        secret: RotatingSecret,
        *,
        owner: str,
        deadline: Deadline,
        properties: Mapping[str, object],
        before: Mapping[str, object],
    ) -> str:
        """Makes sure that what the secret describes exists.

        Args:
            secret: The secret.
            owner: For which request it is done.
            deadline: By when it has to be done.
            properties: The resource's properties.
            before: Those that it had before an Update; none at a Create.

        Returns:
            Its name.

        Raises:
            RotationError: It does not.
        """

    def remove(self, secret: RotatingSecret, *, deadline: Deadline) -> None:
        """Takes away what must not outlive the resource; it may be gone already.

        Args:
            secret: The secret.
            deadline: By when it has to be done.

        Raises:
            RotationError: Something is left.
        """
