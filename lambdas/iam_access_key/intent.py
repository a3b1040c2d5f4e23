"""What is recorded before a key is made, so that a key that nobody stored is known as ours.

A key gets no name and no tag from whoever makes it, and a function that dies before it stores the
key has told nobody. So a version of the secret says first: a key that is made in the next seconds,
beside these, is ours. It holds nothing secret. The label on it moves from one intent to the next by
compare and swap, so one run at a time makes keys.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from rotation.errors import SecretsManagerError
from rotation.secret_text import SecretText

if TYPE_CHECKING:
    from iam_access_key.user import Key
    from rotation.rotating_secret import RotatingSecret

LABEL = "INTENT"

_BEFORE = "BEFORE_INTENT"
"""A version has to have a label from the start, and putting one on does not compare."""

FIRST = timedelta(seconds=2)
"""So long a run waits before it makes a key: IAM tells the second in which a key was made, and one
of the same second may be older than the list."""

HURRY = timedelta(seconds=15)
"""A key that took longer to make is deleted at once by its maker, who then may not store it."""

OVER = timedelta(seconds=40)
"""By then the maker has stored its key or never will: 15 seconds, a call of 13, and clocks."""

_TAKEN = {"InvalidParameterException", "InvalidRequestException", "ResourceNotFoundException"}
"""What UpdateSecretVersionStage answers if the label is elsewhere by now."""


@dataclass(frozen=True, slots=True)
class Intent:
    """Somebody of ours is about to make a key.

    Attributes:
        id: The version that says so.
        since: When the keys were listed.
        keys: Ids of the keys that there were. None of them is ours to delete because of this.
    """

    id: str
    since: datetime
    keys: frozenset[str]

    @classmethod
    def of(cls, since: datetime, keys: Iterable[str]) -> Self:
        """A new one, which is not recorded yet."""
        return cls(str(uuid.uuid4()), since, frozenset(keys))

    @classmethod
    def read(cls, secret: RotatingSecret) -> Self | None:
        """The last one.

        Returns:
            None if there is none, or it was withdrawn, or it can't be read.

        Raises:
            SecretsManagerError: The call failed.
        """
        version = secret.labelled(LABEL)
        if version is None:
            return None
        try:
            content: dict[str, Any] = json.loads(version.text.reveal())
            since = datetime.fromisoformat(content["Since"]).astimezone(UTC)
            return cls(version.id, since, frozenset(map(str, content["Keys"])))
        except (ValueError, KeyError, TypeError):
            return cls(version.id, datetime.min.replace(tzinfo=UTC), frozenset())

    def claim(self, secret: RotatingSecret, last: Intent | None) -> bool:
        """Records it, unless somebody else has recorded one since the last.

        Args:
            secret: The secret.
            last: The one that it replaces.

        Returns:
            Whether it is recorded, and we may make a key.

        Raises:
            SecretsManagerError: A call failed.
        """
        content = {"Since": self.since.isoformat(), "Keys": sorted(self.keys)}
        secret.store(self.id, SecretText(json.dumps(content)), labels=[_BEFORE])
        try:
            secret.move(LABEL, self.id, instead_of=last.id if last else None)
        except SecretsManagerError as error:
            if error.code not in _TAKEN:
                raise
            return False
        return True

    def withdraw(self, secret: RotatingSecret) -> None:
        """Takes it back: it is known that no key was made.

        Raises:
            SecretsManagerError: The call failed.
        """
        secret.take_off(LABEL, self.id)

    def ready(self, now: datetime) -> timedelta:
        """How long to wait until a key may be made."""
        return self.since + FIRST - now

    def in_time(self, now: datetime) -> bool:
        """Whether a key may still be made and stored."""
        return now < self.since + HURRY

    def over(self, now: datetime) -> bool:
        """Whether nobody is at it any more."""
        return now >= self.since + OVER

    def covers(self, key: Key) -> bool:
        """Whether a key was made while somebody of ours was about to make one, and not before."""
        first = self.since.replace(microsecond=0) + timedelta(seconds=1)
        return key.id not in self.keys and first <= key.created <= self.since + HURRY
