"""Making room for a new token: two at a time are accepted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rotation.errors import BusyError, NotOursError
from tokens.grace import grace_end
from tokens.ledger import REVOKED, Ledger, Standing

if TYPE_CHECKING:
    from rotation.rotation import Rotation
    from tokens.intent import Intent
    from tokens.issuer import Issuer, Token


class Room:
    """Revokes a token that nobody needs, and no other."""

    def __init__(self, issuer: Issuer, rotation: Rotation, *, grace: timedelta) -> None:
        """Says whose tokens.

        Args:
            issuer: Who issues them.
            rotation: The secret, and by when it has to be done.
            grace: How long the token before keeps working.
        """
        self._issuer = issuer
        self._rotation = rotation
        self._grace = grace

    def clear(
        self, token: Token, tokens: Mapping[str, Token], intent: Intent | None, now: datetime
    ) -> bool:
        """Revokes a token, if it is ours and nobody can be using it.

        Args:
            token: One that is not AWSCURRENT's.
            tokens: All that there are.
            intent: The last one, and it is over.
            now: The time.

        Returns:
            Whether it was revoked; not if it is somebody else's and in nobody's way.

        Raises:
            BusyError: Consumers may still use it.
            NotOursError: Somebody else had it issued, where all should be ours.
        """
        # Read anew for each token: what another run does meanwhile counts.
        ledger = Ledger(self._issuer, self._rotation.secret, self._rotation.deadline)
        match ledger.standing(token, tokens, intent):
            case Standing.ORPHAN | Standing.GIVEN_UP:
                pass
            case Standing.PREVIOUS:
                self._must_rest(ledger, token, now)
            case Standing.CURRENT | Standing.PENDING:
                raise BusyError(
                    f"The {self._issuer.noun} {token.id} came into use at this moment",
                    remedy="Nothing: the next attempt sees what it is",
                )
            case Standing.STRANGE | Standing.THEIRS:
                if self._issuer.exclusive:
                    raise self._strange(token)
                return False
        ledger.revoke(token.id)
        return True

    def _must_rest(self, ledger: Ledger, token: Token, now: datetime) -> None:
        """Refuses a token that works and may be in use."""
        if not token.active:
            return
        noun = self._issuer.noun
        end = grace_end(ledger, self._rotation.secret.versions(), self._grace)
        if now < end:
            raise BusyError(
                f"AWSPREVIOUS's {noun} {token.id} keeps working until {end:%Y-%m-%d %H:%M} UTC, and"
                f" {self._issuer.owner} has two at most",
                remedy=f"Rotate later; if it can't wait, {self._end()}: consumers that did not"
                " read the secret since the last rotation are refused then",
            )
        used = ledger.account.last_used(token.id)
        if used and used > end:
            raise BusyError(
                f"AWSPREVIOUS's {noun} {token.id} was used on {used:%Y-%m-%d %H:%M} UTC, after its"
                " grace was over",
                remedy="Find the consumer that does not read the secret any more; the reaper"
                f" ends the {noun} at its next run, and then the rotation goes on",
            )

    def _end(self) -> str:
        """How a person ends a token so that a rotation takes note of it."""
        noun = self._issuer.noun
        if self._issuer.suspends:
            return f"deactivate that {noun}"
        if self._issuer.lists:
            return f"revoke that {noun}"
        return f"revoke that {noun} and move the label {REVOKED} to the version of AWSPREVIOUS"

    def _strange(self, token: Token) -> NotOursError:
        return NotOursError(
            f"{self._issuer.owner} has the {self._issuer.noun} {token.id}, which no version of the"
            " secret holds: it was not touched",
            remedy=self._issuer.stranger_remedy,
        )
