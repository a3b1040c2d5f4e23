"""Making room for a new key: IAM allows a user two."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from iam_access_key.grace import grace_end
from iam_access_key.ledger import Ledger, Standing
from rotation.errors import BusyError, NotOursError

if TYPE_CHECKING:
    from iam_access_key.intent import Intent
    from iam_access_key.user import Key, User
    from rotation.rotating_secret import RotatingSecret


class Room:
    """Deletes a key that nobody needs, and no other."""

    def __init__(self, secret: RotatingSecret, user: User, *, grace: timedelta) -> None:
        """Says whose keys.

        Args:
            secret: The secret.
            user: Whose key it holds.
            grace: How long the key before keeps working.
        """
        self._secret = secret
        self._user = user
        self._grace = grace

    def clear(
        self, key: Key, keys: Mapping[str, Key], intent: Intent | None, now: datetime
    ) -> None:
        """Deletes a key, if it is ours and nobody can be using it.

        Args:
            key: One that is not AWSCURRENT's.
            keys: All of the user's.
            intent: The last one, and it is over.
            now: The time.

        Raises:
            BusyError: Consumers may still use it.
            NotOursError: Somebody else made it.
        """
        ledger = Ledger(self._secret, self._user)
        match ledger.standing(key, keys, intent):
            case Standing.ORPHAN | Standing.GIVEN_UP:
                pass
            case Standing.PREVIOUS:
                self._must_rest(ledger, key, now)
            case Standing.CURRENT | Standing.PENDING:
                raise BusyError(
                    f"The access key {key.id} came into use at this moment",
                    remedy="Nothing: the next attempt sees what it is",
                )
            case Standing.STRANGE:
                raise strange(key, self._user.name)
        self._user.delete(key.id)

    def _must_rest(self, ledger: Ledger, key: Key, now: datetime) -> None:
        """Refuses a key that works and may be in use."""
        if not key.active:
            return
        end = grace_end(ledger, self._secret.versions(), self._grace)
        if now < end:
            raise BusyError(
                f"AWSPREVIOUS's access key {key.id} keeps working until {end:%Y-%m-%d %H:%M} UTC,"
                " and IAM allows a user two keys",
                remedy="Rotate later; if it can't wait, deactivate that key: consumers that did not"
                " read the secret since the last rotation are refused then",
            )
        used = self._user.last_used(key.id)
        if used and used > end:
            raise BusyError(
                f"AWSPREVIOUS's access key {key.id} was used on {used:%Y-%m-%d %H:%M} UTC, after"
                " its grace was over",
                remedy="Find the consumer that does not read the secret any more; the reaper"
                " deactivates the key at its next run, and then the rotation goes on",
            )


def strange(key: Key, user: str) -> NotOursError:
    """The error about a key that somebody else made."""
    return NotOursError(
        f"The user {user} has the access key {key.id}, which no version of the secret holds: it was"
        " not touched",
        remedy="Find out who made it (CloudTrail, CreateAccessKey); give its user a role of their"
        " own, and delete the key",
    )
