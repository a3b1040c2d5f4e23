"""What is recorded before a key is made, so that a key that nobody stored is known as ours.

A key gets no name and no tag from whoever makes it, and a function that dies before it stores the
key has told nobody. So a version of the secret with a label of its own says first: from now on, for
some seconds, a key beside these is made by us. It holds nothing secret.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from rotation.secret_text import SecretText

if TYPE_CHECKING:
    from iam_access_key.user import Key
    from rotation.rotating_secret import RotatingSecret

LABEL = "INTENT"

HURRY = timedelta(seconds=15)
"""A key that took longer to make is deleted at once by its maker, who then may not store it."""

OVER = timedelta(seconds=40)
"""By then the maker has stored its key or never will: 15 seconds, a call of 13, and clocks."""


@dataclass(frozen=True, slots=True)
class Intent:
    """Somebody of ours is about to make a key.

    Attributes:
        since: When the keys were listed.
        keys: Ids of the keys that there were. None of them is ours to delete because of this.
    """

    since: datetime
    keys: frozenset[str]

    @classmethod
    def of(cls, since: datetime, keys: Iterable[str]) -> Self:
        """An intent."""
        return cls(since, frozenset(keys))

    @classmethod
    def read(cls, secret: RotatingSecret) -> Self | None:
        """The last one.

        Returns:
            None if there is none that can be read.

        Raises:
            SecretsManagerError: The call failed.
        """
        version = secret.labelled(LABEL)
        if version is None:
            return None
        try:
            content: dict[str, Any] = json.loads(version.text.reveal())
            since = datetime.fromisoformat(content["Since"])
            return cls.of(since.astimezone(UTC), map(str, content["Keys"]))
        except (ValueError, KeyError, TypeError):
            return None

    def record(self, secret: RotatingSecret) -> None:
        """Makes it the last one.

        Raises:
            SecretsManagerError: The call failed.
        """
        content = {"Since": self.since.isoformat(), "Keys": sorted(self.keys)}
        secret.store(str(uuid.uuid4()), SecretText(json.dumps(content)), labels=[LABEL])

    def in_time(self, now: datetime) -> bool:
        """Whether a key may still be made and stored."""
        return now < self.since + HURRY

    def over(self, now: datetime) -> bool:
        """Whether nobody is at it any more."""
        return now >= self.since + OVER

    def covers(self, key: Key) -> bool:
        """Whether a key was made while somebody of ours was about to make one, and not before.

        IAM tells the second in which a key was made.
        """
        first = self.since.replace(microsecond=0)
        return key.id not in self.keys and first <= key.created <= self.since + HURRY
