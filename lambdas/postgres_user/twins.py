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
from postgres_user.role import Role
from postgres_user.sql import identifier
from postgres_user.statements import Run


def standing(run: Run, username: str, pair: Pair, secret: str) -> Standing:
    """Looks for a user of the pair and the mark on the clone; see `Target.standing`.

    The clone's mark names the base, so it proves both.
    """
    roles = Role.read(run, pair)
    if username not in roles:
        return Standing.ABSENT
    clone = roles.get(pair.clone)
    marked = clone is not None and clone.comment == mark.text(pair.base, secret)
    return Standing.PROVEN if marked else Standing.UNPROVEN


def make_equal(run: Run, pair: Pair, secret: str) -> None:
    """Creates the clone if there is none, and makes it equal; see `Target.make_equal`."""
    roles = Role.read(run, pair)
    if pair.clone not in roles:
        run(f"CREATE ROLE {identifier(pair.clone)} LOGIN", doing=f"create the user {pair.clone}")
        roles = Role.read(run, pair)
    base, clone = roles[pair.base], roles[pair.clone]
    if not clone.may_act_as_base:
        _join(run, pair)
    if changes := [*_changes(base, clone, secret)]:
        run("; ".join(changes), doing=f"make {pair.clone} equal to {pair.base}")
    ownership.hand_over(run, pair, clone)


def _join(run: Run, pair: Pair) -> None:
    """Makes the clone a member of the base with all that it takes to act as it.

    A plain GRANT on PostgreSQL 16 and newer takes over INHERIT from the member and leaves SET on,
    but only for a new membership: one that exists keeps what it was given.
    https://www.postgresql.org/docs/current/sql-grant.html
    """
    [[modern]] = run(
        "SELECT current_setting('server_version_num')::int >= 160000", doing="tell its version"
    )
    options = " WITH INHERIT TRUE, SET TRUE" if modern else ""
    run(
        f"GRANT {identifier(pair.base)} TO {identifier(pair.clone)}{options}",
        doing=f"make {pair.clone} a member of {pair.base}",
    )


def _changes(base: Role, clone: Role, secret: str) -> Iterator[str]:
    if clone.comment != mark.text(base.name, secret):
        yield mark.statement(clone.name, base.name, secret)
    # Without INHERIT the clone would lack the base's right to CONNECT before it acts as the base.
    options = [
        *_attributes({**base.attributes, "inherit": True}, clone.attributes),
        *_connection_limit(base.connection_limit, clone.connection_limit),
    ]
    if options:
        yield f"ALTER ROLE {identifier(clone.name)} {' '.join(options)}"
    yield from settings.changes(
        clone.name, clone.settings, settings.wanted(base.name, base.settings)
    )


def _attributes(want: Mapping[str, bool], have: Mapping[str, bool]) -> Iterator[str]:
    for attribute in want:
        if want[attribute] != have[attribute]:
            keyword = "SUPERUSER" if attribute == "super" else attribute.upper()
            yield keyword if want[attribute] else f"NO{keyword}"


def _connection_limit(want: int, have: int) -> Iterator[str]:
    # Zero locks a user out. That is no property to copy to the one who may be AWSCURRENT.
    if want not in {have, 0}:
        yield f"CONNECTION LIMIT {want}"
