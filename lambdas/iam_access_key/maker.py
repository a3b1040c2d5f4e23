"""Making a key so that none is lost, whatever happens on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from iam_access_key.access_key import AccessKey, with_key
from iam_access_key.intent import OVER, Intent
from iam_access_key.room import Room
from rotation.errors import BusyError, GoneError, RotationError, TargetError, UnreachableError
from rotation.secret_text import SecretText
from rotation.versions import CURRENT, PENDING

if TYPE_CHECKING:
    from iam_access_key.user import User
    from rotation.rotation import Rotation
    from rotation.secret_object import SecretObject
    from rotation.versions import Version

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
    """Makes the key of one version, and takes it back if it was not stored."""

    def __init__(self, rotation: Rotation, user: User, *, grace: timedelta, time: Time) -> None:
        """Says for which version.

        Args:
            rotation: The secret, and the version that is to hold the key.
            user: Whose key it is.
            grace: How long the key before keeps working.
            time: Where time comes from.
        """
        self._rotation = rotation
        self._secret = rotation.secret
        self._user = user
        self._room = Room(rotation.secret, user, grace=grace)
        self._time = time

    def make(self, *, beside: str | None, like: SecretObject) -> SecretText:
        """Makes a key, unless the version holds one already.

        Of several runs at the same time one makes it, and the others wait for that.

        Args:
            beside: Id of AWSCURRENT's key; None if there is none yet.
            like: The content of the secret.

        Returns:
            The version's content; it may not be stored yet.

        Raises:
            RotationError: No key was made, or it was deleted again.
        """
        while True:
            stored = self._secret.stored(self._rotation.token)
            if stored is not None:
                return self._kept(stored)
            key = self._try(beside)
            if key is not None:
                return with_key(like, self._user.name, *key)
            self._rotation.deadline.remaining()
            self._time.sleep(PAUSE_SECONDS)

    def take_back(self, text: SecretText) -> None:
        """Deletes a key, if it is known that the version does not hold it."""
        with suppress(RotationError):
            made = AccessKey.parse(text, whose=PENDING)
            stored = self._secret.stored(self._rotation.token)
            if stored is None or AccessKey.parse(stored.text, whose=PENDING).id != made.id:
                self._user.delete(made.id)

    def _kept(self, stored: Version) -> SecretText:
        """The content of the version, which nobody can change any more.

        Raises:
            GoneError: Its key was deleted. The version gives AWSPENDING up, because no later run
                could do better.
        """
        key_id = AccessKey.parse(stored.text, whose=PENDING).id
        fresh = self._time.now() < stored.created + OVER
        if fresh or key_id in self._user.access_keys():
            return stored.text
        self._secret.take_off(PENDING, self._rotation.token)
        raise GoneError(
            f"{PENDING}'s access key {key_id} was deleted, so the version gave {PENDING} up",
            remedy="Nothing: the next rotation makes another key; rotate again if it can't wait",
        )

    def _try(self, beside: str | None) -> tuple[str, SecretText] | None:
        """Makes a key; None if another run is at it."""
        now = self._time.now()
        keys = self._user.access_keys()
        if beside is not None and beside not in keys:
            raise _current_is_gone(beside, self._user.name)
        last = Intent.read(self._secret)
        if last and not last.over(now):
            return None
        for key_id in keys.keys() - {beside}:
            self._room.clear(keys[key_id], keys, last, now)
        intent = Intent.of(now, keys)
        return self._make(intent) if intent.claim(self._secret, last) else None

    def _make(self, intent: Intent) -> tuple[str, SecretText] | None:
        self._time.sleep(max(0.0, intent.ready(self._time.now()).total_seconds()))
        if not intent.in_time(self._time.now()):
            return None
        try:
            key_id, secret = self._user.create_key()
        except UnreachableError:
            raise  # it may have been made
        except TargetError as error:
            intent.withdraw(self._secret)
            if isinstance(error, BusyError):
                return None  # somebody took the place; the next list shows who
            raise
        if not intent.in_time(self._time.now()):
            self._user.delete(key_id)  # another run may have begun to clean up after us
            return None
        return key_id, secret


def _current_is_gone(key_id: str, user: str) -> GoneError:
    return GoneError(
        f"{CURRENT}'s access key {key_id} is not one of the user {user}",
        remedy="If it was made seconds ago, try again. If somebody deleted it, consumers have no"
        " key: see the runbook for lost keys",
        retry_helps=True,
    )
