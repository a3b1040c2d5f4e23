"""The list of tokens, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from api_declaration.address import Url, url
from api_declaration.errors import FillingError
from api_declaration.listing import Listing
from api_token.api import Api
from api_token.content import id_of
from api_token.failures import NothingDoneError
from api_token.times import time_of
from tokens.issuer import Token

if TYPE_CHECKING:
    from api_declaration.template import Values
    from api_token.client import Answer
    from rotation.deadline import Deadline

MOST_PAGES = 20
"""A longer list is refused: of one that is cut off, tokens would be taken for gone."""

_NAME = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The names that we give, wherever they stand in what `issue` makes of them."""

_LINK = re.compile(r'<([^<>]*)>((?:[^"<]|"[^"]*")*)')
"""A link and its parameters (https://www.rfc-editor.org/rfc/rfc8288#section-3); a text in quotes
may hold anything."""

_RELATIONS = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))', re.IGNORECASE)
"""Types of relations, of which one link may have several."""

_QUOTED = re.compile(r';\s*(?!rel\b)[^\s=;]+\s*=\s*"[^"]*"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list tells of a token.

    Attributes:
        token: The token.
        used: When it was used last; None if it was not, or the list does not say.
    """

    token: Token
    used: datetime | None


class Pages:
    """Reads the list of tokens that a declaration tells of."""

    def __init__(self, api: Api, listing: Listing) -> None:
        """Compose it.

        Args:
            api: The requests.
            listing: Where things stand in the answers.
        """
        self._api = api
        self._listing = listing

    def read(self, values: Values, deadline: Deadline) -> Iterator[Listed]:
        """All tokens of all pages, without those that are gone.

        Args:
            values: What lets us in.
            deadline: By when.

        Raises:
            TargetError: A page can't be had, or not be read.
        """
        at: Url | None = None
        for _ in range(MOST_PAGES):
            answer = self._api.done("list", self._api.ask("list", values, deadline, at=at))
            yield from self._items(answer)
            at = self._following(answer)
            if at is None:
                return
        raise self._unreadable("next", f"there are more than {MOST_PAGES} pages")

    def _items(self, answer: Answer) -> Iterator[Listed]:
        items = self._listing.items.find(answer.body)
        if not isinstance(items, list):
            raise self._unreadable("items", "there is no list")
        for item in items:
            if not (self._listing.gone and self._listing.gone.holds(item)):
                yield self._listed(item)

    def _listed(self, item: Any) -> Listed:  # noqa: ANN401 - JSON
        listing = self._listing
        token_id = id_of(listing.id.find(item))
        if token_id is None:
            raise self._unreadable("id", "an item has none")
        created = self._time("created", listing.created.find(item))
        if created is None:
            raise self._unreadable("created", "an item has none")
        active = listing.active is None or listing.active.holds(item)
        name = _name(listing.name.find(item)) if listing.name else None
        used = self._time("used", listing.used.find(item)) if listing.used else None
        return Listed(Token(token_id, created, active=active, name=name), used)

    def _time(self, field: str, value: object) -> datetime | None:
        try:
            return time_of(value)
        except ValueError as error:
            raise self._unreadable(field, str(error)) from error

    def _following(self, answer: Answer) -> Url | None:
        """Where the next page is: at the same host, or nobody gets what lets us in."""
        if self._listing.link_header:
            text = _next_link(answer.link or "")
        else:
            text = self._listing.next.find(answer.body) if self._listing.next else None
        if text is None or text == "":
            return None
        origin = self._listing.request.address.origin
        try:
            return url(str(text), "the URL of the next page", frozenset({origin} if origin else ()))
        except FillingError as error:
            raise self._unreadable("next", str(error)) from error

    def _unreadable(self, field: str, why: str) -> NothingDoneError:
        return NothingDoneError(
            f"The list of tokens at {self._api.host} can't be read: {why}",
            remedy=f"Compare list.{field} in the declaration with what the API answers",
        )


def _name(value: object) -> str:
    """The name that we gave; nothing of a token that surely is somebody else's."""
    found = _NAME.findall(value) if isinstance(value, str) else []
    return found[-1] if found else ""


def _next_link(header: str) -> str | None:
    """The URL of the first link whose relation is `next`."""
    for link in _LINK.finditer(header):
        found = _RELATIONS.search(_QUOTED.sub("", link[2]))
        if found and "next" in (found[1] or found[2]).lower().split():
            return link[1]
    return None
