"""An API's calls about its tokens, in one object that has been checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from api_declaration.address import Origin
from api_declaration.answers import Meaning
from api_declaration.errors import DeclarationError
from api_declaration.listing import Listing
from api_declaration.part import Part, checked_field
from api_declaration.pointer import Pointer
from api_declaration.request import FIELDS, RequestTemplate
from api_declaration.template import Known

LARGEST = 3000
"""Bytes of JSON: a function's environment holds 4 KB in all.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

_LONGEST_LIFE, _LONGEST_SETTLING, _MOST_HOSTS, _MOST_FIELDS = 3650, 40, 10, 20
_TWO = 2
_UNTIL = ("until.date", "until.time")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What an API's tokens are, and how they are issued, proven, revoked and listed.

    Attributes:
        token: The field of the secret that holds the token.
        id: The field with its id; None if the API tells none. Then it is a fingerprint.
        expires: The field that says when it ends; None if none does.
        fields: Where in the answer to `issue` each field of the secret stands.
        lifetime_days: How long a token is asked for, in days; 0 if the request does not say so.
        settle_seconds: How long a new token may be unknown in places.
        hosts: Who may be asked.
        issue: The request for a new token. It is never sent twice by itself.
        prove: A request that a token is accepted for, and that changes nothing.
        revoke: The request that ends a token.
        list: The request that tells which tokens there are; None if there is none.
    """

    token: str
    id: str | None
    expires: str | None
    fields: Mapping[str, Pointer]
    lifetime_days: int
    settle_seconds: int
    hosts: frozenset[Origin]
    issue: RequestTemplate
    prove: RequestTemplate
    revoke: RequestTemplate
    list: Listing | None

    @classmethod
    def parse(cls, value: object) -> Self:
        """Read a declaration.

        Args:
            value: The object, as it is in JSON.

        Raises:
            DeclarationError: A field can't be used, or is missing, or unknown.
        """
        part = Part(value).only(*_FIELDS)
        _accepts_two(part)
        issue, revoke = part.part("issue"), part.part("revoke")
        issue.only(*FIELDS, "fields")
        fields = dict(_fields(issue))
        listed = "list" in part
        lifetime = part.number("lifetime_days", 0, least=0, most=_LONGEST_LIFE)
        until = _UNTIL if lifetime else ()
        of_token = {f"secret.{name}" for name in fields}
        found = cls(
            token=_one_of(part, "token", fields),
            id=_one_of(part, "id", fields) if "id" in part else None,
            expires=_one_of(part, "expires", fields) if "expires" in part else None,
            fields=fields,
            lifetime_days=lifetime,
            settle_seconds=part.number("settle_seconds", 0, least=0, most=_LONGEST_SETTLING),
            hosts=frozenset(),
            issue=RequestTemplate.parse(
                issue,
                method="POST",
                known=_known("name", *until),
                meanings=(Meaning.DONE, Meaning.FULL, Meaning.LATER),
            ),
            prove=RequestTemplate.parse(
                part.part("prove").only(*FIELDS),
                method="GET",
                known=Known(frozenset(of_token)),
                meanings=(Meaning.DONE, Meaning.REFUSED, Meaning.LATER),
            ),
            revoke=RequestTemplate.parse(
                revoke.only(*FIELDS),
                method="DELETE",
                # Of a token that only the list knows, nobody has more than the id.
                known=_known("id") if listed else _known("id", *of_token),
                meanings=(Meaning.DONE, Meaning.GONE, Meaning.LATER),
            ),
            list=Listing.parse(part.part("list"), known=_known()) if listed else None,
        )
        found._check(part)
        return found._with_hosts(part)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a declaration from its JSON.

        Raises:
            DeclarationError: It is no JSON, or can't be used.
        """
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise DeclarationError("", "it is no JSON") from error
        return cls.parse(value)

    @property
    def requests(self) -> Mapping[str, RequestTemplate]:
        """All requests by their names."""
        listed = {"list": self.list.request} if self.list else {}
        return {"issue": self.issue, "prove": self.prove, "revoke": self.revoke, **listed}

    @property
    def managed(self) -> bool:
        """Whether a further secret is needed, which lets us manage tokens."""
        names = (name for each in self.requests.values() for name in each.names)
        return any(name.partition(".")[0] == "management" for name in names)

    def _check(self, part: Part) -> None:
        """Refuse what each field allows, and all together do not."""
        if self.id and self.fields[self.id] == self.fields[self.token]:
            raise part.wrong(
                "id",
                "it is the token itself, and ids stand in logs; leave it out, and a fingerprint of"
                " the token is its id",
            )
        if self.list and not self.id:
            raise part.wrong("id", "it is missing: without it, no token of the list is known again")
        if self.list and self.list.name and "name" not in self.issue.names:
            raise part.wrong("list.name", "no token has a name: issue does not use {name}")
        if self.list and not self.list.name and not (self.list.exclusive and self.list.used):
            raise part.wrong(
                "list.name",
                "it is missing: a token that somebody else had issued in the same seconds would be"
                " taken for ours. If tokens have no names, say that the list is exclusive and where"
                " the last use stands; or leave list out, and people are told",
            )
        if f"secret.{self.token}" not in self.prove.names:
            raise part.wrong("prove", f"it does not use {{secret.{self.token}}}, the token itself")
        own = {f"secret.{name}" for name in self.fields} | {"id"}
        if not self.revoke.names & own:
            raise part.wrong("revoke", "it does not say which token: use {id} or {secret.FIELD}")
        if "id" in self.revoke.names and not self.id:
            raise part.wrong("id", "it is missing, and revoke uses {id}")
        if self.lifetime_days and not self.issue.names & set(_UNTIL):
            raise part.wrong("lifetime_days", "issue uses neither {until.date} nor {until.time}")

    def _with_hosts(self, part: Part) -> Self:
        """Pin the hosts: those of the requests, and those that URLs from answers may have."""
        origins = {each.address.origin for each in self.requests.values()} - {None}
        further = [
            Origin.parse(each, f"{part.at('hosts')}.{at}")
            for at, each in enumerate(part.items("hosts", most=_MOST_HOSTS))
        ]
        hosts = frozenset(origin for origin in (*origins, *further) if origin)
        return replace(self, hosts=hosts)


_FIELDS = (
    *("token", "id", "expires", "most", "lifetime_days", "settle_seconds", "hosts"),
    *("issue", "prove", "revoke", "list"),
)


def _known(*names: str) -> Known:
    """The values of a request that is sent with a management secret."""
    return Known(frozenset({"management", "management.", *names}))


def _accepts_two(part: Part) -> None:
    if part.number("most", _TWO, least=1, most=1_000_000) < _TWO:
        raise part.wrong(
            "most",
            "an API that accepts one token at a time can't be rotated without a gap: ask its vendor"
            " for a second one, or give two accounts there a token each and let consumers change"
            " over from one to the other",
        )


def _fields(issue: Part) -> Mapping[str, Pointer]:
    fields = issue.part("fields")
    found = {
        checked_field(name, fields.at(name)): Pointer.parse(fields.value(name), fields.at(name))
        for name in fields
    }
    if not 1 <= len(found) <= _MOST_FIELDS:
        raise issue.wrong(
            "fields", f"it has to say where 1 to {_MOST_FIELDS} fields of the secret stand"
        )
    return found


def _one_of(part: Part, name: str, fields: Mapping[str, Pointer]) -> str:
    field = part.field_name(name)
    if field not in fields:
        raise part.wrong(name, f"issue.fields has no {field}; there are {', '.join(fields)}")
    return field
