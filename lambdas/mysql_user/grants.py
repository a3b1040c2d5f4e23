"""What users may do, as SHOW GRANTS tells it, and what makes one user's the other one's.

https://dev.mysql.com/doc/refman/8.4/en/show-grants.html
https://mariadb.com/kb/en/show-grants/
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from mysql_user import lexer
from mysql_user.sql import identifier
from rotation.errors import UnsuitableError

_ALL = "ALL PRIVILEGES"
_GRANT_OPTION = "GRANT OPTION"
_NOTHING = "USAGE"
_TO = {"GRANT": "TO", "REVOKE": "FROM"}
_PASSES = (["GRANT", "OPTION"], ["ADMIN", "OPTION"])
EVERYWHERE = "*.*"
_ROUTINES = ("PROCEDURE", "FUNCTION", "PACKAGE", "LIBRARY")


class Kind(IntEnum):
    """Kinds of grants, in the order in which they are given."""

    PRIVILEGE = 0
    """On everything, a schema, a table, columns or a routine."""

    DYNAMIC = 1
    """MySQL's own on everything, each of which is passed on or not by itself."""

    ROLE = 2
    PROXY = 3

    RESTRICTION = 4
    """Takes something on a schema away from what is granted on everything (partial revokes)."""


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One thing that a user may do, or may not.

    Attributes:
        kind: Of which kind it is.
        what: A privilege, with its columns if it is for these; a role; the user to be proxied.
        on: The object, as SQL; empty for roles and proxies.
        passes: Whether the user may grant it on, where each grant says so by itself.
    """

    kind: Kind
    what: str
    on: str = ""
    passes: bool = False

    @property
    def of_routine(self) -> bool:
        """Whether it is on one routine."""
        return self.on.startswith(_ROUTINES)


def read(shown: Iterable[str]) -> frozenset[Grant]:
    """Reads SHOW GRANTS of one user.

    Raises:
        UnsuitableError: There is a line that can't be read.
    """
    return frozenset(grant for line in shown for grant in _line(lexer.split(line)))


@dataclass(frozen=True, slots=True)
class Change:
    """A grant that is given or taken away.

    Attributes:
        grant: The grant.
        given: Whether it is given.
    """

    grant: Grant
    given: bool

    def statement(self, user: str) -> str:
        """The SQL.

        Args:
            user: The user, as statements name it.
        """
        return self._give(user) if self.given else self._take(user)

    def _give(self, user: str) -> str:
        grant = self.grant
        match grant.kind:
            case Kind.ROLE:
                option = " WITH ADMIN OPTION" if grant.passes else ""
                return f"GRANT {grant.what} TO {user}{option}"
            case Kind.PROXY:
                option = " WITH GRANT OPTION" if grant.passes else ""
                return f"GRANT PROXY ON {grant.what} TO {user}{option}"
            case Kind.RESTRICTION:
                return f"REVOKE {grant.what} ON {grant.on} FROM {user}"
            case _ if grant.what == _GRANT_OPTION:
                return f"GRANT {_NOTHING} ON {grant.on} TO {user} WITH GRANT OPTION"
            case _:
                option = " WITH GRANT OPTION" if grant.passes else ""
                return f"GRANT {grant.what} ON {grant.on} TO {user}{option}"

    def _take(self, user: str) -> str:
        grant = self.grant
        match grant.kind:
            case Kind.ROLE:
                return f"REVOKE {grant.what} FROM {user}"
            case Kind.PROXY:
                return f"REVOKE PROXY ON {grant.what} FROM {user}"
            case Kind.RESTRICTION:
                return f"GRANT {grant.what} ON {grant.on} TO {user}"
            case _:
                return f"REVOKE {grant.what} ON {grant.on} FROM {user}"


def changes(have: Iterable[Grant], want: Iterable[Grant]) -> Iterator[Change]:
    """What takes a user from some grants to others.

    What is new is given before anything goes, so that a user can at no time do less than before and
    afterwards. The exception is what can only be narrowed by being taken whole: everything on an
    object of which some is left, and what was to be passed on and is no longer.

    Args:
        have: What the user has.
        want: What it shall have.
    """
    before, after = set(have), set(want)
    lost = missing(before, after)
    narrowed = {grant for grant in lost if any(_is_part(each, grant) for each in after)}
    again = {each for each in after if any(_is_part(each, grant) for grant in narrowed)}
    yield from taken(narrowed)
    yield from given(again | (after - before))
    yield from taken(lost - narrowed)


def given(some: Iterable[Grant]) -> Iterator[Change]:
    """The changes that give grants, in the order of their kinds."""
    return (Change(grant, given=True) for grant in sorted(some))


def taken(some: Iterable[Grant]) -> Iterator[Change]:
    """The changes that take grants away, in the other order."""
    return (Change(grant, given=False) for grant in sorted(some, reverse=True))


def missing(some: Iterable[Grant], among: Collection[Grant]) -> set[Grant]:
    """The grants that others neither are nor include.

    Args:
        some: The grants.
        among: The others.
    """
    included = {grant for grant in some if any(_includes(each, grant) for each in among)}
    return {*some} - included - {*among}


def _includes(whole: Grant, part: Grant) -> bool:
    """Whether one can be left out where the other one is: SHOW GRANTS does so."""
    return _is_part(part, whole) and "(" not in part.what


def _is_part(part: Grant, whole: Grant) -> bool:
    """Whether one goes with the other when that is taken away."""
    if (part.kind, part.on) != (whole.kind, whole.on) or part == whole:
        return False
    if part.what == whole.what:
        return whole.passes
    return whole.what == _ALL and part.what != _GRANT_OPTION


def _line(words: list[str]) -> Iterator[Grant]:
    if words[:3] == ["SET", "DEFAULT", "ROLE"]:
        return  # It is a property of the user, see `mysql_user.user`.
    to = _TO.get(words[0])
    if to is None or to not in words:
        raise UnsuitableError(
            f"A line of SHOW GRANTS begins in an unknown way: {words[0]}",
            remedy="Report it, with the version of the server",
        )
    what, rest = words[1 : words.index(to)], words[words.index(to) + 1 :]
    # MariaDB shows limits behind it: WITH GRANT OPTION MAX_USER_CONNECTIONS 50.
    passes = any([*pair] in _PASSES for pair in pairwise(rest))
    if "ON" not in what:
        yield from (
            Grant(Kind.ROLE, lexer.joined(role), passes=passes) for role in lexer.listed(what)
        )
        return
    middle = what.index("ON")
    on = lexer.joined(what[middle + 1 :])
    if what[0] == "PROXY":
        yield Grant(Kind.PROXY, on, passes=passes)
    elif words[0] == "REVOKE":
        yield from (Grant(Kind.RESTRICTION, each, on) for each in _privileges(what[:middle]))
    else:
        yield from _on(on, [*_privileges(what[:middle])], passes=passes)


def _on(on: str, privileges: list[str], *, passes: bool) -> Iterator[Grant]:
    """Those that MySQL has added to SQL's are on everything, and have an underscore in the name."""
    dynamic = {each for each in privileges if on == EVERYWHERE and "_" in each}
    yield from (Grant(Kind.DYNAMIC, each, on, passes=passes) for each in dynamic)
    for each in privileges:
        if each not in {*dynamic, _NOTHING}:
            yield Grant(Kind.PRIVILEGE, each, on)
    if passes and not dynamic:
        yield Grant(Kind.PRIVILEGE, _GRANT_OPTION, on)


def _privileges(part: list[str]) -> Iterator[str]:
    """The privileges of a list; one on several columns is one on each."""
    for privilege in lexer.listed(part):
        if "(" not in privilege:
            yield lexer.joined(privilege)
            continue
        start = privilege.index("(")
        for column in lexer.listed(privilege[start + 1 : -1]):
            yield f"{lexer.joined(privilege[:start])} ({lexer.joined(column)})"


def routine(kind: str, schema: str, name: str) -> str:
    """A routine as SHOW GRANTS names it."""
    return f"{kind} {identifier(schema)}.{identifier(name)}"
