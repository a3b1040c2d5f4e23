"""What the clone owns goes to the base.

A clone that our rotation made owns nothing, because its sessions act as the base. One that AWS's
function made owns the tables that the application created while it was current, and they were
denied to the base. They are handed over in the database that the secret names; in other databases
a person has to do it first, since a session can't reach into them.

A change of owner takes a lock on each table, index and sequence until the transaction ends, and the
server has room for so many at once only. What does not fit is handed over in several transactions.
Meanwhile both can use all of it: the clone is a member of the base by then, and what is still the
clone's was denied to the base before.
"""

from database.names import Pair
from postgres_user.role import Role
from postgres_user.sql import Run, identifier, literal
from rotation.errors import RefusedChangeError

_WAIT = "SET LOCAL lock_timeout = 1000"  # milliseconds
"""A change of owner waits for all who use a table, and all others wait behind it: not for long."""

LARGEST_STEP = 500
"""Most tables in one transaction, so that it ends in time."""

_ROOM = (
    "(current_setting('max_locks_per_transaction')::int * current_setting('max_connections')::int"
    " / 4)"
)
"""A quarter of the locks for which the server has room; the rest is for the others.

https://www.postgresql.org/docs/current/runtime-config-locks.html
"""

_LOOK = "look for what has to be handed over"

_RELATIONS = f"""
WITH owned AS (
    SELECT one.oid, nspname, relname, has_schema_privilege({{base}}, relnamespace, 'CREATE') AS may,
        4 + (SELECT count(*) FROM pg_index WHERE indrelid = one.oid) AS locks
    FROM pg_class AS one
        JOIN pg_namespace ON pg_namespace.oid = relnamespace
        JOIN pg_roles ON pg_roles.oid = relowner
    WHERE rolname = {{clone}} AND relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND NOT (
        relkind = 'S' AND EXISTS (
            SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = one.oid
                AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')
        )
    )
), summed AS (SELECT *, sum(locks) OVER (PARTITION BY may ORDER BY oid) AS total FROM owned)
SELECT nspname, relname, may FROM summed WHERE total <= {_ROOM} OR total = locks
ORDER BY NOT may, oid LIMIT {LARGEST_STEP}"""  # noqa: S608  # constants
"""A table takes a lock for itself, its sequence, its TOAST table and that one's index."""


def hand_over(run: Run, pair: Pair, clone: Role) -> bool:
    """Makes the base the owner of what the clone owns, as much as fits into a transaction.

    Args:
        run: The admin's session, in a transaction.
        pair: The two.
        clone: What is known about the second.

    Returns:
        Whether that was all.

    Raises:
        RefusedChangeError: The admin may not, or the clone owns something in another database.
        BusyError: A table or a schema is in use.
    """
    if not clone.owns_in:
        return True
    everything = f"REASSIGN OWNED BY {identifier(pair.clone)} TO {identifier(pair.base)}"
    [[here, fits]] = run(
        f"SELECT current_database(), count(*) <= {_ROOM} FROM pg_class, pg_roles"  # noqa: S608  # composed
        f" WHERE relowner = pg_roles.oid AND rolname = {literal(pair.clone)}",
        doing="count what has to be handed over",
    )
    if elsewhere := clone.owns_in - {here}:
        raise RefusedChangeError(
            f"The user {pair.clone} owns objects in {', '.join(sorted(elsewhere))}, and there they"
            f" are denied to {pair.base}",
            remedy=f"Run in each of these databases, as an admin: {everything}",
        )
    borrowed = [name for name in (pair.base, pair.clone) if _borrow(run, name)]
    _hand_over_schemas(run, pair)
    statements = [everything] if fits else _some(run, pair)
    run("; ".join([_WAIT, *statements]), doing=f"hand what {pair.clone} owns over to {pair.base}")
    for name in borrowed:
        run(f"REVOKE {identifier(name)} FROM CURRENT_USER", doing=f"give up the rights of {name}")
    return bool(fits)


def _hand_over_schemas(run: Run, pair: Pair) -> None:
    """First: what is in a schema of the clone's can only go to who may create there.

    REASSIGN OWNED goes by the order in which the rows of a catalogue happen to be.
    """
    rows = run(
        "SELECT nspname FROM pg_namespace JOIN pg_roles ON pg_roles.oid = nspowner"  # noqa: S608
        f" WHERE rolname = {literal(pair.clone)}",
        doing=_LOOK,
    )
    owner = identifier(pair.base)
    statements = [f"ALTER SCHEMA {identifier(schema)} OWNER TO {owner}" for [schema] in rows]
    if statements:
        doing = f"hand the schemas of {pair.clone} over to {pair.base}"
        run("; ".join([_WAIT, *statements]), doing=doing)


def _some(run: Run, pair: Pair) -> list[str]:
    """Statements for as many tables as fit.

    ALTER TABLE takes any relation, and with a table go its indexes and the sequences that belong to
    it. Other than REASSIGN OWNED it asks that the new owner may create in the schema.

    Raises:
        RefusedChangeError: It may not.
    """
    rows = run(_RELATIONS.format(base=literal(pair.base), clone=literal(pair.clone)), doing=_LOOK)
    relations = [(schema, name) for schema, name, may_create in rows if may_create]
    if not relations:
        grants = "; ".join(
            f"GRANT CREATE ON SCHEMA {identifier(schema)} TO {identifier(pair.base)}"
            for schema in sorted({schema for schema, _, _ in rows})
        )
        raise RefusedChangeError(
            f"The user {pair.clone} owns more tables than can be handed over to {pair.base} at"
            " once, and in their schemas that one may not create",
            remedy=f"Run as an admin: {grants}",
        )
    owner = identifier(pair.base)
    return [
        f"ALTER TABLE {identifier(schema)}.{identifier(name)} OWNER TO {owner}"
        for schema, name in relations
    ]


def _borrow(run: Run, username: str) -> bool:
    """A change of owner takes the rights of both roles, which CREATEROLE may grant to itself.

    Returns:
        Whether they were granted now, and so have to be given up afterwards.
    """
    [[has]] = run(
        f"SELECT pg_has_role({literal(username)}, 'USAGE')", doing="look for its own rights"
    )
    if not has:
        run(f"GRANT {identifier(username)} TO CURRENT_USER", doing=f"act for {username}")
    return not has
