"""An API's requests, as the declaration has them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from api_declaration.address import Url
from api_declaration.answers import Meaning
from api_declaration.declaration import Declaration
from api_declaration.errors import FillingError
from api_declaration.request import Request
from api_declaration.template import Values
from api_token.client import Answer, Client
from api_token.failures import unexpected, unfit
from rotation.errors import UnreachableError

if TYPE_CHECKING:
    from rotation.deadline import Deadline

ATTEMPTS = 3
"""How often a request is sent that may be sent again."""

LONGEST_WAIT = 10.0
"""Seconds that we wait before we ask again; Secrets Manager and the schedule come back anyway."""

_FIRST_WAIT = 0.5


class Reply(NamedTuple):
    """An answer, and what it means.

    Attributes:
        meaning: Its meaning.
        answer: The answer.
    """

    meaning: Meaning
    answer: Answer


class Api:
    """Fills requests in, sends them, and tells what their answers mean."""

    def __init__(
        self,
        declaration: Declaration,
        client: Client,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Compose it.

        Args:
            declaration: The requests.
            client: Sends them.
            sleep: How to wait some seconds.
        """
        self.declaration = declaration
        self.sleep = sleep
        self._client = client

    @property
    def host(self) -> str:
        """What the API is called in messages."""
        return str(self.declaration.issue.address.origin or min(self.declaration.hosts))

    def once(self, name: str, values: Values, deadline: Deadline) -> Reply:
        """Send a request, once.

        Args:
            name: Which.
            values: Those of its templates.
            deadline: By when.

        Raises:
            BadSecretError: A value is missing, or does not fit; nothing was sent.
            UnreachableError: There is no answer.
            UntrustedServerError: The host is not proven; nothing was sent.
            OutOfTimeError: There was no time; nothing was sent.
        """
        return self._sent(name, self._filled(name, values), deadline)

    def ask(self, name: str, values: Values, deadline: Deadline, *, at: Url | None = None) -> Reply:
        """Send a request that may be sent again, until it is answered.

        Args:
            name: Which.
            values: Those of its templates.
            deadline: By when.
            at: Where to send it instead: a further page.

        Raises:
            BadSecretError: A value is missing, or does not fit; nothing was sent.
            UnreachableError: There is no answer, or the API says to come later.
            UntrustedServerError: The host is not proven; nothing was sent.
            OutOfTimeError: There was no time.
        """
        request = self._filled(name, values)
        if at:
            request = replace(request, url=at)
        attempt = 0
        while True:
            attempt += 1
            after = 0
            try:
                reply = self._sent(name, request, deadline)
            except UnreachableError:
                if attempt == ATTEMPTS:
                    raise
            else:
                if reply.meaning is not Meaning.LATER:
                    return reply
                after = reply.answer.retry_after or 0
                if attempt == ATTEMPTS or after > LONGEST_WAIT:
                    raise self._later(name, request, reply.answer)
            self.sleep(min(deadline.remaining(), max(after, _FIRST_WAIT * attempt)))

    def done(self, name: str, reply: Reply) -> Answer:
        """The answer to a request that was done.

        Raises:
            NothingDoneError: It was not.
        """
        if reply.meaning is not Meaning.DONE:
            raise unexpected(name, self.host, reply.answer.status)
        return reply.answer

    def _later(self, name: str, request: Request, answer: Answer) -> UnreachableError:
        after = f" in {answer.retry_after} seconds" if answer.retry_after else ""
        return UnreachableError(
            f"{request.url.origin} answered {answer.status} to the request {name}: later{after}",
            remedy="Nothing: the next attempt asks again; if it stays, see whether the API is well"
            " and how many requests it allows",
        )

    def _filled(self, name: str, values: Values) -> Request:
        template = self.declaration.requests[name]
        try:
            return template.fill(values, self.declaration.hosts)
        except FillingError as error:
            raise unfit(f"what the request {name} needs", str(error)) from error

    def _sent(self, name: str, request: Request, deadline: Deadline) -> Reply:
        answer = self._client.send(request, deadline)
        meaning = self.declaration.requests[name].answers.meaning(answer.status, answer.body)
        return Reply(meaning, answer)
