"""What one login may do with what another one works in.

MySQL knows no owners. A schema counts as a login's if the login was granted CREATE on it: that is
how the first deployment makes it, and how people do. What is granted is on the schema, so it covers
what is created there later, whoever of a pair creates it.

https://dev.mysql.com/doc/refman/8.4/en/grant.html#grant-database-privileges
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from database.access import Access, AccessChange
from database.names import SUFFIX
from database.target import Difference
from mysql_user import grants
from mysql_user.grants import Grant, Kind
from mysql_user.lexer import name
from mysql_user.product import Product
from mysql_user.sql import Run, schema, text
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


def change(run: Run, product: Product, username: str, wanted: AccessChange) -> list[Difference]:
    """Grants and revokes, for both users of the pair that gets the access.

    Args:
        run: The admin's session, which has the fence of the pair that gets it.
        product: The database product.
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
    schemas, differences = _schemas(run, product, owner)
    taken = _PRIVILEGES[wanted.before] - _PRIVILEGES[wanted.now]
    for reader in (username, username + SUFFIX):
        user = User.read(run, reader)
        if user is None:
            continue
        has = set(_granted(run, user))
        lost = {Grant(Kind.PRIVILEGE, what, on) for on in schemas for what in taken}
        new = {
            Grant(Kind.PRIVILEGE, what, on) for on in schemas for what in _PRIVILEGES[wanted.now]
        }
        for change in grants.changes(has, (has - lost) | new):
            run(change.statement(user.account), doing=f"let {reader} use what is {owner.name}'s")
    return differences if wanted.now else []


def _schemas(run: Run, product: Product, owner: User) -> tuple[list[str], list[Difference]]:
    """The schemas in which a login works, as GRANT names them."""
    has = list(_granted(run, owner))
    if any(grant.on == grants.EVERYWHERE and grant.what == "CREATE USER" for grant in has):
        raise NotOursError(
            f"The user {owner.name}, whose tables shall be read or written, is no login of an"
            " application: it may create users",
            remedy="Correct reads and writes of the login: they take other logins' names",
        )
    found = {grant.on for grant in has if grant.what in _OWNERSHIP and _SCHEMA.fullmatch(grant.on)}
    schemas: list[str] = []
    differences: list[Difference] = []
    patterns = product.takes_patterns(run)
    for on in sorted(found):
        names = _matching(run, on) if patterns and _WILDCARD.search(on) else None
        if names is None:
            schemas.append(on)
        elif len(names) == 1:
            schemas.append(f"{schema(names[0], patterns=True)}.*")
        else:
            differences.append(_unclear(owner, on, names))
    return schemas, differences


def _matching(run: Run, on: str) -> list[str]:
    """The schemas that a pattern means: often one alone, whose name has an underscore."""
    pattern = name(on.removesuffix(".*"))
    rows = run(
        "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA"  # noqa: S608  # composed
        f" WHERE SCHEMA_NAME LIKE {text(pattern)}",
        doing="look for schemas",
    )
    return sorted(str(found) for [found] in rows)


def _unclear(owner: User, on: str, names: Sequence[str]) -> Difference:
    return Difference(
        f"The user {owner.name} works in schemas that are named by a pattern, {on}, which means"
        f" {', '.join(names) or 'none'} now: it is not told which are its own",
        remedy="Grant it its schemas by their names, with \\_ for each underscore; or grant the"
        " access yourself",
    )


def _granted(run: Run, user: User) -> Iterable[Grant]:
    rows = run(f"SHOW GRANTS FOR {user.account}", doing=f"show what {user.name} may do")
    return grants.read(str(row[0]) for row in rows)
