"""Ends the life of keys that were replaced, and tells about those that it may not touch."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from iam_access_key.grace import grace_end
from iam_access_key.intent import Intent
from iam_access_key.ledger import Ledger, Standing
from iam_access_key.maker import Time
from iam_access_key.settings import LIMIT, Settings
from iam_access_key.user import User

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

    from iam_access_key.user import Key
    from rotation.deadline import Deadline
    from rotation.rotating_secret import RotatingSecret

EVERY = timedelta(days=1)
"""The reaper may be a day late, and then still keeps the limit: it runs every few hours."""

GIVEN_UP = timedelta(days=1)
"""A key whose rotation was given up is left alone for so long: the next rotation takes it over."""


@dataclass
class Report:
    """What the reaper found and did; ids of keys are no secrets.

    Attributes:
        deactivated: Keys that sign nothing any more, and when they did last.
        deleted: Keys that are gone.
        strange: Keys that somebody else made.
        days_left: Until the first of the active keys has to be replaced or is too old.
    """

    deactivated: dict[str, datetime | None] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    days_left: float = LIMIT.days

    @property
    def gone(self) -> set[str]:
        """Keys that are not active any more."""
        return {*self.deactivated, *self.deleted}


class Reaper:
    """Looks at all keys of the user.

    AWSCURRENT's key is never touched, however old it is: to end an application for a rotation that
    fails is a person's decision. Whoever reads the alarms has the time to prevent both.
    """

    def __init__(self, iam: IAMClient, settings: Settings, *, time: Time | None = None) -> None:
        """Composes it.

        Args:
            iam: IAM.
            settings: Whose keys, and how long they live.
            time: Where the time comes from that functions run at; the real one if left out.
        """
        self._iam = iam
        self._settings = settings
        self._time = time or Time()

    def reap(self, secret: RotatingSecret, *, now: datetime, deadline: Deadline) -> Report:
        """Deactivates what had its grace, and deletes what was deactivated long enough. Once more.

        A key is never deleted by the run that deactivates it.

        Args:
            secret: The secret.
            now: The time that the keys' lives go by.
            deadline: By when it has to be done.

        Returns:
            What was found and done.

        Raises:
            GoneError: There is no such user.
            RotationError: It was not all done; the next run goes on.
        """
        user, report = User(self._iam, self._settings.user_arn, deadline), Report()
        keys = user.access_keys()
        last = Intent.read(secret)  # after the list: a key of ours is not made before its intent
        at_it = last is not None and not last.over(self._time.now())
        for key in keys.values():
            # Read anew for each key: what a rotation does meanwhile counts.
            ledger = Ledger(secret, user)
            standing = ledger.standing(key, keys, last)
            if standing in {Standing.ORPHAN, Standing.STRANGE} and at_it:
                continue  # its maker may be about to store it
            if standing is Standing.STRANGE:
                report.strange.append(key.id)
            if standing is Standing.ORPHAN:
                self._delete(user, key, report)
            elif (end := self._end(ledger, secret, key, standing)) is not None and now >= end:
                self._retire(user, key, end, now, report)
            if key.active and key.id not in report.gone:
                left = self._left(key, standing, now) / timedelta(days=1)
                report.days_left = min(report.days_left, left)
        return report

    def _end(
        self, ledger: Ledger, secret: RotatingSecret, key: Key, standing: Standing
    ) -> datetime | None:
        """When a key has to be deactivated; None if that is not for the reaper to do."""
        if standing is Standing.GIVEN_UP:
            return key.created + GIVEN_UP
        if standing is Standing.PREVIOUS:
            end = grace_end(ledger, secret.versions(), self._settings.grace)
            return min(end, key.created + LIMIT - EVERY)
        return None

    def _retire(self, user: User, key: Key, end: datetime, now: datetime, report: Report) -> None:
        if key.active:
            report.deactivated[key.id] = user.last_used(key.id)
            user.deactivate(key.id)
        elif now >= end + self._settings.rest:
            self._delete(user, key, report)

    def _delete(self, user: User, key: Key, report: Report) -> None:
        user.delete(key.id)
        report.deleted.append(key.id)

    def _left(self, key: Key, standing: Standing, now: datetime) -> timedelta:
        """How long a key may still be active; AWSCURRENT's, until it must be replaced."""
        left = key.created + LIMIT - now
        return left - self._settings.grace if standing is Standing.CURRENT else left
