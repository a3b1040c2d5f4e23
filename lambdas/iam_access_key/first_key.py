"""How a new secret gets its first access key, and how the last one goes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING

from iam_access_key.access_key import AccessKey, without_key
from iam_access_key.intent import Intent
from iam_access_key.ledger import Ledger, Standing
from iam_access_key.two_keys import TwoKeys
from rotation.errors import GoneError, RotationError
from rotation.rotation import Rotation
from rotation.versions import CURRENT

if TYPE_CHECKING:
    from rotation.deadline import Deadline
    from rotation.rotating_secret import RotatingSecret

_FIRST = uuid.UUID("0f1ae6b6-8d0f-4f6b-9d35-6f0a5a6f5b0e")
"""Any constant: with it, all deliveries of a request mean the same version."""


class FirstKey:
    """Makes AWSCURRENT an access key that works, where it holds none yet.

    The key goes from IAM into the secret, and nowhere else: a template with an AWS::IAM::AccessKey
    would hand it to CloudFormation. A secret that holds a key is left as it is, whatever became of
    the key, so a second deployment changes nothing.
    """

    name = "first-key"

    def __init__(self, strategy: TwoKeys, *, seconds: float) -> None:
        """Composes it.

        Args:
            strategy: Makes and proves keys.
            seconds: The longest that it may take.
        """
        self._strategy = strategy
        self.seconds = seconds

    def ensure(
        self,
        secret: RotatingSecret,
        *,
        owner: str,
        deadline: Deadline,
        properties: Mapping[str, object] = MappingProxyType({}),
        before: Mapping[str, object] = MappingProxyType({}),
    ) -> str:
        """Makes sure that AWSCURRENT holds a key. Any number of times.

        Args:
            secret: The secret; its content names the user.
            owner: For which request it is done.
            deadline: By when it has to be done.
            properties: The resource's, which say nothing more.
            before: Those that it had before.

        Returns:
            The user's name.

        Raises:
            RotationError: It does not. A key that was made is deleted, or found again.
        """
        del owner, properties, before
        current = secret.current()
        keyless = without_key(current.text, whose=CURRENT)
        if keyless is None:
            return AccessKey.parse(current.text, whose=CURRENT).user
        rotation = Rotation(secret, str(uuid.uuid5(_FIRST, secret.arn)), deadline)
        text = self._strategy.maker(rotation).make(beside=None, like=keyless)
        try:
            stored = secret.store_pending(rotation.token, text)
        except RotationError:
            self._strategy.discard(rotation, text)
            raise
        if not stored:
            self._strategy.discard(rotation, text)
        self._strategy.test(rotation.pending(), deadline)
        secret.make_current(rotation.token, instead_of=current.id)
        return AccessKey.parse(text, whose=CURRENT).user

    def remove(self, secret: RotatingSecret, *, deadline: Deadline) -> None:
        """Deletes the keys that the secret holds.

        IAM deletes no user who has keys, and a key that nothing rotates any more must not be left.
        """
        user = self._strategy.user(deadline)
        ledger, last = Ledger(secret, user), Intent.read(secret)
        with suppress(GoneError):
            keys = user.access_keys()
            for key in keys.values():
                if ledger.standing(key, keys, last) is not Standing.STRANGE:
                    user.delete(key.id)
