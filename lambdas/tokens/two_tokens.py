"""Two tokens, of which one is in use and the other is the one before, or the next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rotation.errors import BadSecretError, CredentialRefusedError, NotOursError, OutOfTimeError
from rotation.versions import ATTEMPTED, CURRENT, PENDING
from tokens.issuer import must_hold
from tokens.ledger import Ledger
from tokens.maker import PAUSE_SECONDS, Maker, Time
from tokens.reaper import GIVEN_UP

if TYPE_CHECKING:
    from rotation.deadline import Deadline
    from rotation.rotation import Rotation
    from rotation.secret_text import SecretText
    from tokens.issuer import Issuer
    from tokens.lives import Lives

STEP_SECONDS = 60.0
"""A run that finds another one at it waits 40 seconds; a new token takes 31 to be known everywhere.

The functions' time-out leaves a last call of 13 seconds besides, and the time to log.
"""


REAPER_EARLY = timedelta(hours=1)
"""The reaper goes by the time at which it should run; clocks and issuers differ."""


class TwoTokens:
    """A new token beside the one in use; implements `rotation.strategy.Strategy`.

    The issuer makes the token, in createSecret. AWSCURRENT and AWSPREVIOUS both work until the
    grace is over; then the reaper ends AWSPREVIOUS's, or the next rotation does.
    """

    def __init__(self, issuer: Issuer, lives: Lives, *, time: Time | None = None) -> None:
        """Composes the strategy.

        Args:
            issuer: Who issues the tokens.
            lives: How long they live.
            time: Where time comes from; the real one if left out.
        """
        self.name = issuer.kind
        self.issuer = issuer
        self._lives = lives
        self._time = time or Time()

    def create(self, rotation: Rotation, current: SecretText) -> SecretText:
        """Has a token issued, after it was recorded that we do."""
        held = must_hold(self.issuer, current, whose=CURRENT)
        return self.maker(rotation).make(beside=held, like=current)

    def discard(self, rotation: Rotation, text: SecretText) -> None:
        """Revokes the token, if the version is known not to hold it."""
        self.maker(rotation).take_back(text)

    def takes_over(self, rotation: Rotation, current: SecretText, attempt: SecretText) -> bool:
        """If the token still exists: a late move of AWSCURRENT to it then does no harm.

        Nothing is under way any more that could move it when the reaper is about to end the token,
        which issuers tell some seconds late.
        """
        try:
            self.check(current, attempt)
        except (BadSecretError, NotOursError):
            return False
        held = must_hold(self.issuer, attempt, whose=ATTEMPTED)
        ledger = Ledger(self.issuer, rotation.secret, rotation.deadline)
        token = ledger.tokens().get(held.id)
        if token is None or self._time.now() >= token.created + GIVEN_UP - REAPER_EARLY:
            return False
        return ledger.works(held.id, attempt)

    def check(self, current: SecretText, pending: SecretText) -> None:
        """The new version has to hold another token."""
        former = must_hold(self.issuer, current, whose=CURRENT)
        if former.id == must_hold(self.issuer, pending, whose=PENDING).id:
            raise BadSecretError(
                f"{PENDING} holds the same {self.issuer.noun} as {CURRENT}",
                remedy=f"Take {PENDING} off that version and rotate again",
            )

    def set(self, rotation: Rotation, current: SecretText) -> None:
        """Changes nothing: the issuer knows the token. Waits until that is so everywhere.

        Raises:
            RotationError: The token is suspended, or gone, or takes too long.
        """
        pending = rotation.pending()
        self.check(current, pending)
        if not self.issuer.lists:
            return  # the proof waits
        token_id = must_hold(self.issuer, pending, whose=PENDING).id
        ledger = Ledger(self.issuer, rotation.secret, rotation.deadline)
        while True:
            token = ledger.tokens().get(token_id)
            if token is not None and not token.active:
                raise self._suspended(token_id)
            if token is not None and self._time.now() >= token.created + self.issuer.settle:
                return
            try:
                rotation.deadline.remaining()
            except OutOfTimeError as error:
                raise self._missing(token_id) from error
            self._time.sleep(PAUSE_SECONDS)

    def test(self, pending: SecretText, deadline: Deadline) -> None:
        """Uses it, until it is known everywhere."""
        must_hold(self.issuer, pending, whose=PENDING)
        self.issuer.prove(pending, deadline)

    def maker(self, rotation: Rotation) -> Maker:
        """What makes the token of a version."""
        return Maker(self.issuer, rotation, grace=self._lives.grace, time=self._time)

    def _suspended(self, token_id: str) -> CredentialRefusedError:
        return CredentialRefusedError(
            f"The {self.issuer.noun} {token_id} of {PENDING} was deactivated",
            remedy="Find out who did that and why; activate it, or take"
            f" {PENDING} off that version and rotate again",
        )

    def _missing(self, token_id: str) -> CredentialRefusedError:
        return CredentialRefusedError(
            f"The {self.issuer.noun} {token_id} of {PENDING} is not shown as one of"
            f" {self.issuer.owner}",
            remedy="A new one may take half a minute: the next attempt looks again",
            retry_helps=True,
        )
