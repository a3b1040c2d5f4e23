"""What is recorded before a token is issued, so that one that nobody stored is known as ours.

A function that dies before it stores the token has told nobody of it, and an access key gets no
name and no tag from whoever makes it. So a version of the secret says first: a token of this name,
or one that is issued in the next seconds beside these, is ours. It holds nothing secret. The label
on it moves from one intent to the next by compare and swap, so one run at a time has tokens issued.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from rotation.secret_text import SecretText

if TYPE_CHECKING:
    from rotation.rotating_secret import RotatingSecret
    from rotation.versions import Version
    from tokens.issuer import Token

LABEL = "INTENT"

_BEFORE = "BEFORE_INTENT"
"""A version has to have a label from the start, and putting one on does not compare."""

FIRST = timedelta(seconds=2)
"""So long a run waits before it has a token issued: issuers such as IAM tell the second in which
they did, and one of the same second may be older than the list."""

HURRY = timedelta(seconds=15)
"""A token that took longer to issue is revoked at once by its maker, who then may not store it."""

OVER = timedelta(seconds=40)
"""By then the maker has stored its token or never will: 15 seconds, a call of 13, and clocks."""

_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Intent:
    """Somebody of ours is about to have a token issued.

    Attributes:
        id: The version that says so, and the token's name.
        since: When the tokens were listed.
        tokens: Ids of those that there were. None is ours to revoke because of this.
        token: The version that is to hold the new one.
        lost: Names or ids of tokens that were perhaps issued before and can't be found again. It
            grows until a person takes the label off.
    """

    id: str
    since: datetime
    tokens: frozenset[str]
    token: str
    lost: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, since: datetime, tokens: Iterable[str], *, token: str, lost: Iterable[str] = ()
    ) -> Self:
        """A new one, which is not recorded yet."""
        return cls(str(uuid.uuid4()), since, frozenset(tokens), token, frozenset(lost))

    @classmethod
    def read(cls, secret: RotatingSecret) -> Self | None:
        """The last one.

        Returns:
            None if there is none, or it was withdrawn.

        Raises:
            SecretsManagerError: The call failed.
        """
        version = secret.labelled(LABEL)
        return cls.parse(version) if version else None

    @classmethod
    def named(cls, secret: RotatingSecret, name: str) -> Self | None:
        """The one in which we gave a token its name.

        Returns:
            None if it was not us.

        Raises:
            SecretsManagerError: The call failed.
        """
        version = secret.stored(name) if _NAME.fullmatch(name) else None
        intent = cls.parse(version) if version else None
        return intent if intent and intent.since > _LONG_AGO else None

    @classmethod
    def parse(cls, version: Version) -> Self:
        """Reads a version; one that can't be read was long ago, and about nothing."""
        try:
            content: dict[str, Any] = json.loads(version.text.reveal())
            since = datetime.fromisoformat(content["Since"]).astimezone(UTC)
            listed = frozenset(map(str, content["Tokens"]))
            lost = frozenset(map(str, content["Lost"]))
            return cls(version.id, since, listed, str(content["Version"]), lost)
        except (ValueError, KeyError, TypeError):
            return cls(version.id, _LONG_AGO, frozenset(), version.id)

    def claim(self, secret: RotatingSecret, last: Intent | None) -> bool:
        """Records it, unless somebody else has recorded one since the last.

        Args:
            secret: The secret.
            last: The one that it replaces.

        Returns:
            Whether it is recorded, and we may have a token issued.

        Raises:
            SecretsManagerError: A call failed.
        """
        content = {
            "Since": self.since.isoformat(),
            "Tokens": sorted(self.tokens),
            "Version": self.token,
            "Lost": sorted(self.lost),
        }
        secret.store(self.id, SecretText(json.dumps(content)), labels=[_BEFORE])
        return secret.try_move(LABEL, self.id, instead_of=last.id if last else None)

    def withdraw(self, secret: RotatingSecret) -> None:
        """Takes it back: it is known that no token is left of it.

        Raises:
            SecretsManagerError: The call failed.
        """
        if not self.lost:
            secret.take_off(LABEL, self.id)
            return
        kept = Intent.of(_LONG_AGO, (), token=self.token, lost=self.lost)
        replace(kept, token=kept.id).claim(secret, self)

    def ready(self, now: datetime) -> timedelta:
        """How long to wait until a token may be issued."""
        return self.since + FIRST - now

    def in_time(self, now: datetime) -> bool:
        """Whether a token may still be issued and stored."""
        return now < self.since + HURRY

    def over(self, now: datetime) -> bool:
        """Whether nobody is at it any more."""
        return now >= self.since + OVER

    def covers(self, token: Token) -> bool:
        """Whether a token was issued while somebody of ours was about to, and not before."""
        first = self.since.replace(microsecond=0) + timedelta(seconds=1)
        return token.id not in self.tokens and first <= token.created <= self.since + HURRY
