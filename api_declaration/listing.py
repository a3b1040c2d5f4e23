"""How a declaration says what tokens there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from api_declaration.answers import Meaning
from api_declaration.part import Part
from api_declaration.pointer import Condition, Pointer
from api_declaration.request import FIELDS, RequestTemplate
from api_declaration.template import Known

LINK_HEADER = "link-header"
ONE_PAGE = "one-page"


@dataclass(frozen=True, slots=True)
class Listing:
    """The request that lists tokens, and where things stand in an answer.

    Attributes:
        request: The request for the first page.
        items: Where the list is.
        id: Where an item's id stands.
        created: Where it says when the token was issued.
        name: Where its name stands; None if tokens have none.
        active: When it is accepted; None if always.
        gone: When it is of a token that was revoked already; None if such are not listed.
        used: Where it says when the token was last used; None if it does not.
        next: Where the URL of the next page stands; None if it is not in the body.
        link_header: Whether the URL of the next page is in the header Link (RFC 8288).
        exclusive: Whether all that are listed should be ours.
    """

    request: RequestTemplate
    items: Pointer
    id: Pointer
    created: Pointer
    name: Pointer | None
    active: Condition | None
    gone: Condition | None
    used: Pointer | None
    next: Pointer | None
    link_header: bool
    exclusive: bool

    @classmethod
    def parse(cls, part: Part, *, known: Known) -> Self:
        """Read the field `list`.

        Raises:
            DeclarationError: It can't be used.
        """
        part.only(*FIELDS, *_FIELDS)
        following = part.text("next")
        in_body = following not in {LINK_HEADER, ONE_PAGE}
        if in_body and not following.startswith("/"):
            raise part.wrong(
                "next",
                "it has to be a pointer to the URL of the next page, link-header or one-page: of a"
                " list that is cut off, tokens would be taken for gone",
            )
        return cls(
            RequestTemplate.parse(
                part, method="GET", known=known, meanings=(Meaning.DONE, Meaning.LATER)
            ),
            _needed(part, "items"),
            _needed(part, "id"),
            _needed(part, "created"),
            _pointer(part, "name"),
            _condition(part, "active"),
            _condition(part, "gone"),
            _pointer(part, "used"),
            Pointer.parse(following, part.at("next")) if in_body else None,
            following == LINK_HEADER,
            part.flag("exclusive", default=False),
        )


_FIELDS = ("items", "id", "created", "name", "active", "gone", "used", "next", "exclusive")


def _needed(part: Part, name: str) -> Pointer:
    if name not in part:
        raise part.wrong(name, "it is missing")
    return Pointer.parse(part.value(name), part.at(name))


def _pointer(part: Part, name: str) -> Pointer | None:
    return _needed(part, name) if name in part else None


def _condition(part: Part, name: str) -> Condition | None:
    return Condition.parse(part.value(name), part.at(name)) if name in part else None
