"""Ends the life of tokens that were replaced, and tells about those that it may not touch."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tokens.grace import grace_end
from tokens.intent import Intent
from tokens.ledger import Ledger, Standing
from tokens.maker import Time

if TYPE_CHECKING:
    from rotation.deadline import Deadline
    from rotation.rotating_secret import RotatingSecret
    from tokens.issuer import Issuer, Token
    from tokens.lives import Lives

EVERY = timedelta(days=1)
"""The reaper may be a day late, and then still keeps the limit: it runs every few hours."""

GIVEN_UP = timedelta(days=1)
"""A token whose rotation was given up is left alone for so long: the next one takes it over."""


@dataclass
class Report:
    """What the reaper found and did; ids of tokens are no secrets.

    Attributes:
        days_left: Until the first of the active tokens has to be replaced or is too old.
        suspended: Tokens that are not accepted any more, and when they were used last.
        revoked: Tokens that are gone.
        strange: Tokens that somebody else had issued.
        lost: Names or ids of tokens that were perhaps issued and can't be found again.
    """

    days_left: float
    suspended: dict[str, datetime | None] = field(default_factory=dict)
    revoked: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    lost: frozenset[str] = frozenset()

    @property
    def gone(self) -> set[str]:
        """Tokens that are not active any more."""
        return {*self.suspended, *self.revoked}


class Reaper:
    """Looks at all tokens.

    AWSCURRENT's is never touched, however old it is: to end an application for a rotation that
    fails is a person's decision. Whoever reads the alarms has the time to prevent both.
    """

    def __init__(self, issuer: Issuer, lives: Lives, *, time: Time | None = None) -> None:
        """Composes it.

        Args:
            issuer: Who issues the tokens.
            lives: How long they live.
            time: Where the time comes from that functions run at; the real one if left out.
        """
        self.issuer = issuer
        self.lives = lives
        self._time = time or Time()

    def reap(self, secret: RotatingSecret, *, now: datetime, deadline: Deadline) -> Report:
        """Suspends what had its grace, and revokes what was suspended long enough. Once more.

        A token that can be suspended is never revoked by the run that suspends it.

        Args:
            secret: The secret.
            now: The time that the tokens' lives go by.
            deadline: By when it has to be done.

        Returns:
            What was found and done.

        Raises:
            GoneError: What the tokens belong to is gone.
            RotationError: It was not all done; the next run goes on.
        """
        report = Report(self.lives.limit / timedelta(days=1))
        tokens = Ledger(self.issuer, secret, deadline).tokens()
        last = Intent.read(secret)  # after the list: a token of ours is not issued before it
        at_it = last is not None and not last.over(self._time.now())
        ledger = Ledger(self.issuer, secret, deadline)
        for token in tokens.values():
            # Read anew for each token: what a rotation does meanwhile counts.
            ledger = Ledger(self.issuer, secret, deadline)
            standing = ledger.standing(token, tokens, last)
            if standing is Standing.THEIRS:
                continue
            if standing in {Standing.ORPHAN, Standing.STRANGE} and at_it:
                continue  # its maker may be about to store it
            if standing is Standing.STRANGE:
                report.strange.append(token.id)
            if standing is Standing.ORPHAN:
                self._revoke(ledger, token, report)
            elif (end := self._end(ledger, secret, token, standing)) is not None and now >= end:
                self._retire(ledger, token, end, now, report)
            if token.active and token.id not in report.gone:
                left = self._left(ledger, token, standing, now) / timedelta(days=1)
                report.days_left = min(report.days_left, left)
        report.lost = ledger.lost(last, at_it=at_it)
        return report

    def _end(
        self, ledger: Ledger, secret: RotatingSecret, token: Token, standing: Standing
    ) -> datetime | None:
        """When a token has to end; None if that is not for the reaper to do."""
        if standing is Standing.GIVEN_UP:
            return token.created + GIVEN_UP
        if standing is Standing.PREVIOUS:
            end = grace_end(ledger, secret.versions(), self.lives.grace)
            return min(end, token.created + self.lives.limit - EVERY)
        return None

    def _retire(
        self, ledger: Ledger, token: Token, end: datetime, now: datetime, report: Report
    ) -> None:
        if not self.issuer.suspends:
            if token.active:
                self._revoke(ledger, token, report)
        elif token.active:
            report.suspended[token.id] = ledger.account.last_used(token.id)
            ledger.account.suspend(token.id)
        elif now >= end + self.lives.rest:
            self._revoke(ledger, token, report)

    def _revoke(self, ledger: Ledger, token: Token, report: Report) -> None:
        ledger.revoke(token.id)
        report.revoked.append(token.id)

    def _left(self, ledger: Ledger, token: Token, standing: Standing, now: datetime) -> timedelta:
        """How long a token may still be active; AWSCURRENT's, until it must be replaced."""
        entry = ledger.entries.get(token.id)
        ends = token.created + self.lives.limit
        if entry and entry.held.expires:
            ends = min(ends, entry.held.expires)
        return ends - now - (self.lives.grace if standing is Standing.CURRENT else timedelta())
