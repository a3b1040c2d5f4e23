"""What the clone owns goes to the base.

A clone that our rotation made owns nothing, because its sessions act as the base. One that AWS's
function made owns the tables that the application created while it was current, and they were
denied to the base. They are handed over in the database that the secret names; in other databases
a person has to do it first, since a session can't reach into them.
"""

from database.names import Pair
from postgres_user.role import Role
from postgres_user.sql import identifier, literal
from postgres_user.statements import Run
from rotation.errors import RefusedChangeError

LOCK_MILLISECONDS = 1000
"""A change of owner waits for all who use a table, and all others wait behind it: not for long."""


def hand_over(run: Run, pair: Pair, clone: Role) -> None:
    """Makes the base the owner of what the clone owns.

    Args:
        run: The admin's session, in a transaction.
        pair: The two.
        clone: What is known about the second.

    Raises:
        RefusedChangeError: The admin may not, or the clone owns something in another database.
        BusyError: A table is in use.
    """
    if not clone.owns_in:
        return
    statement = f"REASSIGN OWNED BY {identifier(pair.clone)} TO {identifier(pair.base)}"
    [[here]] = run("SELECT current_database()", doing="name its database")
    if elsewhere := clone.owns_in - {here}:
        raise RefusedChangeError(
            f"The user {pair.clone} owns objects in {', '.join(sorted(elsewhere))}, and there they"
            f" are denied to {pair.base}",
            remedy=f"Run in each of these databases, as an admin: {statement}",
        )
    borrowed = [name for name in (pair.base, pair.clone) if _borrow(run, name)]
    run(
        f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}; {statement}",
        doing=f"hand what {pair.clone} owns over to {pair.base}",
    )
    for name in borrowed:
        run(f"REVOKE {identifier(name)} FROM CURRENT_USER", doing=f"give up the rights of {name}")


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
