"""An API as an issuer of tokens, by its declaration."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from api_declaration.answers import Meaning
from api_token.account import ApiAccount
from api_token.api import Api
from api_token.content import held_by, values_of
from api_token.failures import unexpected
from rotation.errors import CredentialRefusedError
from rotation.versions import PENDING

if TYPE_CHECKING:
    from rotation.deadline import Deadline
    from rotation.rotating_secret import RotatingSecret
    from rotation.secret_text import SecretText
    from tokens.issuer import Held

ANSWERS = 3
"""So many in a row have to accept a new token, where it is not known everywhere at once."""

PAUSE_SECONDS = 1.0


class ApiIssuer:
    """An API that a declaration tells about; implements `tokens.issuer.Issuer`."""

    kind = "api-token"
    noun = "API token"
    stranger_remedy = (
        "Find out who had it issued, in the API's own log; give them a token of their own, and"
        " revoke this one"
    )
    suspends = False

    def __init__(self, api: Api, *, management_secret: str | None = None) -> None:
        """Names the API.

        Args:
            api: Its requests.
            management_secret: ARN of the secret that lets us manage tokens; None for none.
        """
        listing = api.declaration.list
        self.owner = f"The account at {api.host}"
        self.lists = listing is not None
        self.exclusive = listing is not None and listing.exclusive
        self.settle = timedelta(seconds=api.declaration.settle_seconds)
        self._api = api
        self._management_secret = management_secret

    def held(self, text: SecretText, *, whose: str) -> Held | None:
        """Reads the content of a version."""
        return held_by(text, self._api.declaration, whose=whose)

    def prove(self, text: SecretText, deadline: Deadline) -> None:
        """Sends the request `prove`; again, where a new token may be unknown in places."""
        values = values_of(text, self._api.declaration, whose=PENDING)
        needed = ANSWERS if self.settle else 1
        right, waited = 0, timedelta()
        while True:
            meaning, answer = self._api.ask("prove", values, deadline)
            if meaning not in {Meaning.DONE, Meaning.REFUSED}:
                raise unexpected("prove", self._api.host, answer.status)
            right = right + 1 if meaning is Meaning.DONE else 0
            if right == needed:
                return
            if right == 0 and waited >= self.settle:
                raise self._refused(answer.status)
            self._api.sleep(PAUSE_SECONDS)
            waited += timedelta(seconds=PAUSE_SECONDS)

    def account(self, secret: RotatingSecret, deadline: Deadline) -> ApiAccount:
        """Opens the account that the management secret lets us into."""
        return ApiAccount(
            self, self._api, secret, deadline, management_secret=self._management_secret
        )

    def _refused(self, status: int) -> CredentialRefusedError:
        return CredentialRefusedError(
            f"{self._api.host} does not accept the token ({status})",
            remedy="See whether somebody revoked it; if it is new, say in settle_seconds of the"
            " declaration how long it may take until it is known everywhere",
            retry_helps=True,
        )
