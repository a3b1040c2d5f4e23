"""Which of the user's keys is what to the secret."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING

from iam_access_key.access_key import AccessKey
from rotation.errors import BadSecretError
from rotation.versions import ATTEMPTED, CURRENT, PENDING, PREVIOUS, Version

if TYPE_CHECKING:
    from iam_access_key.intent import Intent
    from iam_access_key.user import Key, User
    from rotation.rotating_secret import RotatingSecret

_LABELS = (ATTEMPTED, PREVIOUS, PENDING, CURRENT)
"""A key that several versions hold counts as what the last of these says."""


class Standing(Enum):
    """What a key is to the secret."""

    CURRENT = auto()
    """AWSCURRENT holds it."""

    PENDING = auto()
    """AWSPENDING holds it: a rotation is on its way, or stuck."""

    PREVIOUS = auto()
    """AWSPREVIOUS holds it: consumers may still use it."""

    GIVEN_UP = auto()
    """A rotation that was given up stored it. No consumer was ever told."""

    ORPHAN = auto()
    """We made it and nobody stored it: its secret is lost."""

    STRANGE = auto()
    """Somebody else made it, as far as anybody can prove."""


_STANDINGS = {
    CURRENT: Standing.CURRENT,
    PENDING: Standing.PENDING,
    PREVIOUS: Standing.PREVIOUS,
    ATTEMPTED: Standing.GIVEN_UP,
}


class Ledger:
    """Reads the secret's versions when they are needed, once."""

    def __init__(self, secret: RotatingSecret, user: User) -> None:
        """Opens it; nothing is called yet.

        Args:
            secret: The secret.
            user: Whose key it holds.
        """
        self._secret = secret
        self._user = user

    @cached_property
    def versions(self) -> Mapping[str, Version]:
        """The versions that hold keys, by label.

        Raises:
            SecretsManagerError: A call failed.
        """
        found = {label: self._secret.labelled(label) for label in _LABELS}
        return {label: version for label, version in found.items() if version is not None}

    @cached_property
    def _holders(self) -> Mapping[str, str]:
        """The label of the version that holds a key, by the key's id."""
        holders = {}
        for label, version in self.versions.items():
            try:
                holders[AccessKey.parse(version.text, whose=label).id] = label
            except BadSecretError:
                continue  # such as the secret's first content, which holds no key
        return holders

    def standing(self, key: Key, keys: Mapping[str, Key], intent: Intent | None) -> Standing:
        """What a key is.

        Args:
            key: One of the user's.
            keys: All of the user's.
            intent: The last one, and it is over.

        Raises:
            SecretsManagerError: A call failed.
            TargetError: IAM did not tell when the key was used.
        """
        if key.id in self._holders:
            return _STANDINGS[self._holders[key.id]]
        if intent and self._orphan(keys, intent) == key and self._user.last_used(key.id) is None:
            return Standing.ORPHAN
        return Standing.STRANGE

    def _orphan(self, keys: Mapping[str, Key], intent: Intent) -> Key | None:
        """The key that the intent was about, if it was not stored.

        It was not there when the intent was recorded, and was made in the seconds after. If another
        key was too, nobody can tell which of them is ours.
        """
        since = [key for key in keys.values() if key.id not in intent.keys]
        lost = [key for key in since if key.id not in self._holders and intent.covers(key)]
        return lost[0] if len(lost) == len(since) == 1 else None
