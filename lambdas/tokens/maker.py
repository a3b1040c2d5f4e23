"""Having a token issued so that none is lost, whatever happens on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rotation.errors import (
    BadSecretError,
    BusyError,
    GoneError,
    RotationError,
    TargetError,
    UnreachableError,
)
from rotation.versions import CURRENT, PENDING
from tokens.intent import OVER, Intent
from tokens.issuer import must_hold
from tokens.ledger import Ledger
from tokens.room import Room

if TYPE_CHECKING:
    from datetime import timedelta

    from rotation.rotation import Rotation
    from rotation.secret_text import SecretText
    from rotation.versions import Version
    from tokens.issuer import Held, Issuer

PAUSE_SECONDS = 1.0


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Time:
    """Where time comes from.

    Attributes:
        now: Tells it, in UTC.
        sleep: Waits some seconds.
    """

    now: Callable[[], datetime] = utc_now
    sleep: Callable[[float], None] = time.sleep


class Maker:
    """Has the token of one version issued, and takes it back if it was not stored."""

    def __init__(self, issuer: Issuer, rotation: Rotation, *, grace: timedelta, time: Time) -> None:
        """Says for which version.

        Args:
            issuer: Who issues it.
            rotation: The secret, and the version that is to hold the token.
            grace: How long the token before keeps working.
            time: Where time comes from.
        """
        self._issuer = issuer
        self._rotation = rotation
        self._secret = rotation.secret
        self._grace = grace
        self._time = time

    def make(self, *, beside: Held | None, like: SecretText) -> SecretText:
        """Has a token issued, unless the version holds one already.

        Of several runs at the same time one does, and the others wait for that.

        Args:
            beside: AWSCURRENT's token; None if there is none yet.
            like: The content of the secret.

        Returns:
            The version's content; it may not be stored yet.

        Raises:
            RotationError: No token was issued, or it was revoked again.
        """
        while True:
            stored = self._secret.stored(self._rotation.token)
            if stored is not None:
                return self._kept(stored)
            made = self._try(beside, like)
            if made is not None:
                return made
            self._rotation.deadline.remaining()
            self._time.sleep(PAUSE_SECONDS)

    def take_back(self, text: SecretText) -> None:
        """Revokes a token, if it is known that the version does not hold it."""
        with suppress(RotationError):
            made = must_hold(self._issuer, text, whose=PENDING)
            stored = self._secret.stored(self._rotation.token)
            kept = stored and must_hold(self._issuer, stored.text, whose=PENDING)
            if kept is None or kept.id != made.id:
                self._ledger().account.revoke(made.id, text)
                self._nothing_is_left(Intent.read(self._secret))

    def _nothing_is_left(self, intent: Intent | None) -> None:
        """Says so where nobody could find out; the intent is ours until it is over."""
        if self._issuer.lists or intent is None or intent.over(self._time.now()):
            return
        if intent.token == self._rotation.token:
            intent.withdraw(self._secret)

    def _ledger(self) -> Ledger:
        return Ledger(self._issuer, self._secret, self._rotation.deadline)

    def _kept(self, stored: Version) -> SecretText:
        """The content of the version, which nobody can change any more.

        Raises:
            GoneError: Its token was revoked. The version gives AWSPENDING up, because no later run
                could do better.
        """
        held = must_hold(self._issuer, stored.text, whose=PENDING)
        fresh = self._time.now() < stored.created + OVER
        if fresh or self._ledger().works(held.id, stored.text, suspended=True):
            return stored.text
        self._secret.take_off(PENDING, self._rotation.token)
        raise GoneError(
            f"{PENDING}'s {self._issuer.noun} {held.id} was deleted, so the version gave {PENDING}"
            " up",
            remedy="Nothing: the next rotation makes another one; rotate again if it can't wait",
        )

    def _try(self, beside: Held | None, like: SecretText) -> SecretText | None:
        """Has a token issued; None if another run is at it."""
        now, ledger = self._time.now(), self._ledger()
        tokens = ledger.tokens()
        if beside is not None and beside.id not in tokens and not beside.ended(now):
            raise self._current_is_gone(beside)
        last = Intent.read(self._secret)
        if last and not last.over(now):
            return None
        lost = ledger.lost(last)
        room = Room(self._issuer, self._rotation, grace=self._grace)
        others = tokens.keys() - {beside.id if beside else None}
        gone = {each for each in others if room.clear(tokens[each], tokens, last, now)}
        # A list may show for a while what is gone, and then the intent has to name it as well.
        known = tokens.keys() - (set() if self._issuer.lists else gone)
        intent = Intent.of(now, known, token=self._rotation.token, lost=lost)
        return self._issue(ledger, intent, like) if intent.claim(self._secret, last) else None

    def _issue(self, ledger: Ledger, intent: Intent, like: SecretText) -> SecretText | None:
        self._time.sleep(max(0.0, intent.ready(self._time.now()).total_seconds()))
        if not intent.in_time(self._time.now()):
            self._nothing_is_left(intent)
            return None
        try:
            text = ledger.account.issue(like, name=intent.id)
        except UnreachableError:
            raise  # it may have been issued
        except TargetError as error:
            intent.withdraw(self._secret)
            if isinstance(error, BusyError):
                return None  # somebody took the place; the next list shows who
            raise
        self._must_be_new(intent, text)
        if not intent.in_time(self._time.now()):
            # Another run may have begun to clean up after us.
            ledger.account.revoke(must_hold(self._issuer, text, whose=PENDING).id, text)
            self._nothing_is_left(intent)
            return None
        return text

    def _must_be_new(self, intent: Intent, text: SecretText) -> None:
        """Refuses a token that was there before: to take it back would end the one in use."""
        made = must_hold(self._issuer, text, whose=PENDING)
        if made.id in intent.tokens:
            intent.withdraw(self._secret)
            raise BadSecretError(
                f"{self._issuer.owner} was asked for a new {self._issuer.noun} and answered with"
                f" {made.id}, which was there before: it was not touched",
                remedy="Such a token can't be rotated without a gap; see whether the issuer can be"
                " asked for a further one",
            )

    def _current_is_gone(self, held: Held) -> GoneError:
        return GoneError(
            f"{CURRENT}'s {self._issuer.noun} {held.id} is not one of {self._issuer.owner}",
            remedy="If it was made seconds ago, try again. If somebody deleted it, consumers have"
            " none: find out why, then turn its setting off and on again, which makes a first one",
            retry_helps=True,
        )
