"""Two users who can do the same.

The base is the model: its grants, its settings and its attributes count. The clone is a member of
it and acts as it (`ALTER ROLE clone SET role = base`). Grants are best given to the base; what is
granted to the clone alone does not show in a session that acts as the base.

VALID UNTIL is not copied: it is about a password, and the passwords of the two differ.
"""

from collections.abc import Iterator, Mapping

from database.names import Pair
from database.target import Standing
from postgres_user import mark, ownership, settings
from postgres_user.role import ATTRIBUTES, Role
from postgres_user.sql import identifier, literal
from postgres_user.statements import Run

_KEYWORDS = {"super": "SUPERUSER"} | {name: name.upper() for name in ATTRIBUTES if name != "super"}


def standing(run: Run, username: str, pair: Pair, secret: str) -> Standing:
    """Looks for a user of the pair and the mark on the clone; see `Target.standing`.

    The clone's mark names the base, so it proves both.
    """
    roles = Role.read(run, pair.base, pair.clone)
    if username not in roles:
        return Standing.ABSENT
    marked = roles.get(pair.clone)
    wanted = mark.text(pair.base, secret)
    return Standing.PROVEN if marked and marked.comment == wanted else Standing.UNPROVEN


def make_equal(run: Run, pair: Pair, secret: str) -> None:
    """Creates the clone if there is none, and makes it equal; see `Target.make_equal`."""
    if pair.clone not in Role.read(run, pair.clone):
        run(f"CREATE ROLE {identifier(pair.clone)} LOGIN", doing=f"create the user {pair.clone}")
    _join(run, pair)
    roles = Role.read(run, pair.base, pair.clone)
    changes = [*_changes(roles[pair.base], roles[pair.clone], secret)]
    if changes:
        run("; ".join(changes), doing=f"make {pair.clone} equal to {pair.base}")
    ownership.hand_over(run, pair)


def _join(run: Run, pair: Pair) -> None:
    """Makes the clone a member of the base with all that it takes to act as it.

    From PostgreSQL 16 on, whether a membership has INHERIT and SET is its own property.
    https://www.postgresql.org/docs/current/sql-grant.html
    """
    [[modern]] = run(
        "SELECT current_setting('server_version_num')::int >= 160000", doing="tell its version"
    )
    kinds = ("USAGE", "SET") if modern else ("MEMBER",)
    base, clone = literal(pair.base), literal(pair.clone)
    has = " AND ".join(f"pg_has_role({clone}, {base}, '{kind}')" for kind in kinds)
    [[joined]] = run(f"SELECT {has}", doing="look for a membership")
    if not joined:
        options = " WITH INHERIT TRUE, SET TRUE" if modern else ""
        run(
            f"GRANT {identifier(pair.base)} TO {identifier(pair.clone)}{options}",
            doing=f"make {pair.clone} a member of {pair.base}",
        )


def _changes(base: Role, clone: Role, secret: str) -> Iterator[str]:
    if clone.comment != mark.text(base.name, secret):
        yield mark.statement(clone.name, base.name, secret)
    options = [
        *_attributes(base.attributes, clone.attributes),
        *_connection_limit(base.connection_limit, clone.connection_limit),
    ]
    if options:
        yield f"ALTER ROLE {identifier(clone.name)} {' '.join(options)}"
    yield from settings.changes(
        clone.name, clone.settings, settings.wanted(base.name, base.settings)
    )


def _attributes(want: Mapping[str, bool], have: Mapping[str, bool]) -> Iterator[str]:
    for attribute, keyword in _KEYWORDS.items():
        if want[attribute] != have[attribute]:
            yield keyword if want[attribute] else f"NO{keyword}"


def _connection_limit(want: int, have: int) -> Iterator[str]:
    # Zero locks a user out. That is no property to copy to the one who may be AWSCURRENT.
    if want not in {have, 0}:
        yield f"CONNECTION LIMIT {want}"
