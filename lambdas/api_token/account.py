"""The account at an API, with the calls about its tokens."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from api_declaration.answers import Meaning
from api_declaration.template import Values
from api_token.api import Api
from api_token.client import Answer, NoAnswerError
from api_token.content import management_values, usable, values_of, with_token
from api_token.failures import NothingDoneError, unexpected
from api_token.pages import Listed, Pages
from rotation.errors import (
    BadSecretError,
    BusyError,
    CredentialRefusedError,
    OutOfTimeError,
    RotationError,
    TargetError,
    UnreachableError,
)
from rotation.secret_text import SecretText
from rotation.versions import CURRENT, PREVIOUS

if TYPE_CHECKING:
    from rotation.deadline import Deadline
    from rotation.rotating_secret import RotatingSecret
    from tokens.issuer import Issuer, Token

_NOTHING = SecretText("{}")


class ApiAccount:
    """The tokens of an account; see `tokens.issuer.Account`."""

    def __init__(
        self,
        issuer: Issuer,
        api: Api,
        secret: RotatingSecret,
        deadline: Deadline,
        *,
        management_secret: str | None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Name the account; nothing is called yet.

        Args:
            issuer: Proves tokens, and reads what versions hold.
            api: The requests.
            secret: The secret; through it the management secret is read.
            deadline: After it no call is begun.
            management_secret: ARN of the secret that lets us manage tokens; None for none.
            now: Tells the time, in seconds since 1970.
        """
        self._issuer = issuer
        self._api = api
        self._declaration = api.declaration
        self._secret = secret
        self._deadline = deadline
        self._management_secret = management_secret
        self._management: Values | None = None
        self._now = now

    def tokens(self) -> Mapping[str, Token]:
        """The tokens that the request `list` tells of.

        Of those whose names are not ours, only what the secret holds: somebody put it in by hand.
        """
        tokens = {each.token.id: each.token for each in self._listed()}
        theirs = {token_id for token_id, token in tokens.items() if token.name == ""}
        if not theirs or self._issuer.exclusive:
            return tokens
        theirs -= self._held()
        return {token_id: token for token_id, token in tokens.items() if token_id not in theirs}

    def last_used(self, token_id: str) -> datetime | None:
        """When the list says that a token was used last."""
        return next((each.used for each in self._listed() if each.token.id == token_id), None)

    def issue(self, like: SecretText, *, name: str) -> SecretText:
        """Sends the request `issue`, once."""
        try:
            values = self._managing() | Values({"name": name, **self._until()})
            meaning, answer = self._api.once("issue", values, self._deadline)
        except TargetError as error:
            if isinstance(error, NoAnswerError) or not isinstance(error, UnreachableError):
                raise
            raise self._not_sent(error, retry_helps=True) from error
        except RotationError as error:
            passing = isinstance(error, OutOfTimeError) or error.retry_helps
            raise self._not_sent(error, retry_helps=passing) from error
        match meaning:
            case Meaning.DONE:
                return self._made(like, answer)
            case Meaning.FULL:
                raise BusyError(
                    f"{self._issuer.owner} has as many tokens as the API allows",
                    remedy="See which tokens there are: one that this secret does not hold was"
                    " issued for somebody else",
                )
            case _:
                raise self._not_made(meaning, answer)

    def suspend(self, token_id: str) -> None:
        """Is not called: no declaration says how."""
        raise NotImplementedError

    def revoke(self, token_id: str, content: SecretText | None) -> None:
        """Sends the request `revoke`.

        An answer that the token is gone is believed if it is refused by now: the same answer may
        mean that what lets us in is wrong.
        """
        values = self._managing() | Values({"id": token_id})
        if content is not None:
            values |= values_of(content, self._declaration, whose="the version with the token")
        meaning, answer = self._api.ask("revoke", values, self._deadline)
        if meaning not in {Meaning.DONE, Meaning.GONE}:
            raise unexpected("revoke", self._api.host, answer.status)
        if meaning is Meaning.GONE and content is not None and self._accepted(content):
            raise NothingDoneError(
                f"{self._api.host} answered {answer.status} to the request revoke, as if the token"
                f" {token_id} were gone, and still accepts it",
                remedy="If it was revoked seconds ago, the next attempt sees it refused; if it"
                " stays, renew what lets us manage tokens",
                retry_helps=True,
            )

    def _accepted(self, content: SecretText) -> bool:
        try:
            self._issuer.prove(content, self._deadline)
        except CredentialRefusedError:
            return False
        return True

    def _held(self) -> set[str]:
        """Ids of the tokens that consumers have been told."""
        ids = set()
        for label in (CURRENT, PREVIOUS):
            version = self._secret.labelled(label)
            with suppress(BadSecretError):  # a person may have corrected it since
                held = version and self._issuer.held(version.text, whose=label)
                ids |= {held.id} if held else set()
        return ids

    def _listed(self) -> list[Listed]:
        listing = self._declaration.list
        if listing is None:
            return []
        return [*Pages(self._api, listing).read(self._managing(), self._deadline)]

    def _managing(self) -> Values:
        """What lets us manage tokens, read once."""
        if self._management_secret is None:
            return Values({})
        if self._management is None:
            self._management = management_values(self._secret.other(self._management_secret))
        return self._management

    def _until(self) -> Mapping[str, str]:
        """When a new token is to end, as templates can write it."""
        end = datetime.fromtimestamp(self._now(), UTC)
        end += timedelta(days=self._declaration.lifetime_days)
        return {"until.date": f"{end:%Y-%m-%d}", "until.time": f"{end:%Y-%m-%dT%H:%M:%SZ}"}

    def _not_sent(self, error: RotationError, *, retry_helps: bool) -> NothingDoneError:
        return NothingDoneError(
            f"The request issue was not sent to {self._api.host}: {error.cause}",
            remedy=error.remedy,
            retry_helps=retry_helps,
        )

    def _made(self, like: SecretText, answer: Answer) -> SecretText:
        """The content with the token of an answer."""
        text, missing = self._found(like, answer)
        if not missing:
            self._issuer.held(text, whose="the answer to issue")
            return text
        with suppress(RotationError):  # nobody could use it
            self._take_back(like, self._found(_NOTHING, answer)[0])
        raise NoAnswerError(
            f"The answer of {self._api.host} to the request issue has nothing for {missing}",
            remedy="Correct its pointer in issue.fields; then look whether the API has a token that"
            " no version of the secret holds, and revoke it",
            retry_helps=False,
        )

    def _found(self, like: SecretText, answer: Answer) -> tuple[SecretText, str | None]:
        """The content with what stands in an answer, and the first field that does not."""
        declaration = self._declaration
        values = {name: each.find(answer.body) for name, each in declaration.fields.items()}
        if declaration.expires and values[declaration.expires] is None:
            values[declaration.expires] = 0  # never; what the one before said must not stay
        missing = next((name for name, each in values.items() if not usable(each)), None)
        fit = {name: each for name, each in values.items() if usable(each)}
        return with_token(like, fit, whose=CURRENT), missing

    def _take_back(self, like: SecretText, told: SecretText) -> None:
        """Revokes a token by what its answer told, and by nothing of the token in use."""
        held = None
        with suppress(BadSecretError):
            held = self._issuer.held(told, whose="the answer to issue")
        in_use = self._issuer.held(like, whose=CURRENT)
        if held is None or in_use is None or held.id != in_use.id:
            self.revoke(held.id if held else "", told)

    def _not_made(self, meaning: Meaning, answer: Answer) -> RotationError:
        """The error about an answer: whether a token may have been issued all the same."""
        status = answer.status
        refused = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        if not refused or status == HTTPStatus.REQUEST_TIMEOUT:
            return NoAnswerError(
                f"{self._api.host} answered {status} to the request issue, so a token may have"
                " been issued",
                remedy="The next attempt finds it, if the API lists tokens; if not, look there for"
                " one that no version of the secret holds",
            )
        if meaning is Meaning.LATER:
            return NothingDoneError(
                f"{self._api.host} answered {status} to the request issue: later",
                remedy="Nothing: the next attempt asks again; if it stays, see how many requests"
                " the API allows",
                retry_helps=True,
            )
        return unexpected("issue", self._api.host, status)
