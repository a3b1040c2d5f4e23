"""What the clone owns goes to the base.

A clone that our rotation made owns nothing, because its sessions act as the base. One that AWS's
function made owns the tables that the application created while it was current, and they were
denied to the base. They are handed over in the database that the secret names; in other databases
a person has to do it first, since a session can't reach into them.
"""

from database.names import Pair
from postgres_user.sql import identifier, literal
from postgres_user.statements import Run
from rotation.errors import RefusedChangeError

LOCK_MILLISECONDS = 1000
"""A change of owner waits for all who use a table, and all others wait behind it: not for long."""


def hand_over(run: Run, pair: Pair) -> None:
    """Makes the base the owner of what the clone owns.

    Args:
        run: The admin's session, in a transaction.
        pair: The two.

    Raises:
        RefusedChangeError: It may not, or the clone owns something in another database.
        BusyError: A table is in use.
    """
    here, elsewhere = _owned(run, pair.clone)
    base, clone = identifier(pair.base), identifier(pair.clone)
    if elsewhere:
        raise RefusedChangeError(
            f"The user {pair.clone} owns objects in {', '.join(elsewhere)}, and there they are"
            f" denied to {pair.base}",
            remedy=f"Run in each of these databases, as an admin: REASSIGN OWNED BY {clone} TO"
            f" {base}",
        )
    if not here:
        return
    borrowed = [name for name in (pair.base, pair.clone) if _borrow(run, name)]
    run(
        f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}; REASSIGN OWNED BY {clone} TO {base}",
        doing=f"hand what {pair.clone} owns over to {pair.base}",
    )
    for name in borrowed:
        run(f"REVOKE {identifier(name)} FROM CURRENT_USER", doing=f"give up the rights of {name}")


def _owned(run: Run, username: str) -> tuple[bool, list[str]]:
    """Whether it owns something here (or shared, as a database is), and where else it does."""
    databases = {
        name
        for [name] in run(
            "SELECT DISTINCT coalesce(datname, current_database()) FROM pg_shdepend"  # noqa: S608  # composed
            " LEFT JOIN pg_database ON pg_database.oid = dbid"
            " WHERE refclassid = 'pg_authid'::regclass AND deptype = 'o'"
            f" AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = {literal(username)})",
            doing=f"look for what {username} owns",
        )
    }
    [[here]] = run("SELECT current_database()", doing="name its database")
    return here in databases, sorted(databases - {here})


def _borrow(run: Run, username: str) -> bool:
    """REASSIGN OWNED takes the rights of both roles, which CREATEROLE may grant to itself.

    Returns:
        Whether they were granted now, and so have to be given up afterwards.
    """
    [[has]] = run(
        f"SELECT pg_has_role({literal(username)}, 'USAGE')", doing="look for its own rights"
    )
    if not has:
        run(f"GRANT {identifier(username)} TO CURRENT_USER", doing=f"act for {username}")
    return not has
