"""What one login may do with what another one works in.

MySQL knows no owners. A schema counts as a login's if the login was granted CREATE on it: that is
how the first deployment makes it, and how people do. What is granted is on the schema, so it covers
what is created there later, whoever of a pair creates it.

https://dev.mysql.com/doc/refman/8.4/en/grant.html#grant-database-privileges
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from database.access import Access, AccessChange
from database.names import SUFFIX
from database.target import Difference
from mysql_user import grants
from mysql_user.grants import Grant, Kind
from mysql_user.sql import Run
from mysql_user.user import User
from rotation.errors import GoneError, NotOursError

_PRIVILEGES: Mapping[Access, frozenset[str]] = {
    Access.NONE: frozenset(),
    Access.READ: frozenset({"SELECT", "SHOW VIEW"}),
    Access.WRITE: frozenset({"SELECT", "SHOW VIEW", "INSERT", "UPDATE", "DELETE"}),
}

_OWNERSHIP = {"CREATE", "ALL PRIVILEGES"}
_SCHEMA = re.compile(r"(`(?:[^`]|``)+`)\.\*")
_WILDCARD = re.compile(r"(?<!\\)(?:\\\\)*[_%]")
_SYSTEM = {"`mysql`", "`sys`", "`information`\\_schema`", "`performance\\_schema`"}


def change(run: Run, username: str, wanted: AccessChange) -> list[Difference]:
    """Grants and revokes, for both users of the pair that gets the access.

    Args:
        run: The admin's session, which has the fence of the pair that gets it.
        username: The first of that pair.
        wanted: From what to what.

    Returns:
        What keeps the user from using it.

    Raises:
        GoneError: The owner does not exist.
        NotOursError: The owner is no login of an application.
    """
    owner = User.read(run, wanted.owner.base)
    if owner is None:
        if wanted.now is Access.NONE:
            return []
        raise GoneError(
            f"The user {wanted.owner.base}, whose tables shall be read or written, does not exist",
            remedy="Correct reads and writes of the login, or deploy the other login first",
        )
    schemas, differences = _schemas(run, owner)
    taken = _PRIVILEGES[wanted.before] - _PRIVILEGES[wanted.now]
    for name in (username, username + SUFFIX):
        user = User.read(run, name)
        if user is None:
            continue
        has = set(_granted(run, user))
        lost = {Grant(Kind.PRIVILEGE, what, on) for on in schemas for what in taken}
        new = {
            Grant(Kind.PRIVILEGE, what, on) for on in schemas for what in _PRIVILEGES[wanted.now]
        }
        for statement in grants.statements(user.account, has, (has - lost) | new):
            run(statement, doing=f"let {name} use what is {owner.name}'s")
    return differences if wanted.now else []


def _schemas(run: Run, owner: User) -> tuple[list[str], list[Difference]]:
    """The schemas in which a login works, as GRANT names them."""
    has = list(_granted(run, owner))
    if any(grant.on == grants.EVERYWHERE and grant.what == "CREATE USER" for grant in has):
        raise NotOursError(
            f"The user {owner.name}, whose tables shall be read or written, is no login of an"
            " application: it may create users",
            remedy="Correct reads and writes of the login: they take other logins' names",
        )
    found = sorted(
        {grant.on for grant in has if grant.what in _OWNERSHIP and _SCHEMA.fullmatch(grant.on)}
    )
    return (
        [on for on in found if not _WILDCARD.search(on)],
        [*_patterns(owner, (on for on in found if _WILDCARD.search(on)))],
    )


def _patterns(owner: User, found: Iterable[str]) -> Iterator[Difference]:
    for on in found:
        yield Difference(
            f"The user {owner.name} works in schemas that are named by a pattern, {on}, so that it"
            " is not known which are its own",
            remedy="Grant it these schemas by their names, with \\_ for each underscore; or grant"
            " the access yourself",
        )


def _granted(run: Run, user: User) -> Iterable[Grant]:
    rows = run(f"SHOW GRANTS FOR {user.account}", doing=f"show what {user.name} may do")
    return grants.read(str(row[0]) for row in rows)
