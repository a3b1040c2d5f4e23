"""The application's first user and its schema."""

from postgres_user.sql import identifier
from postgres_user.statements import Run


def create(run: Run, username: str) -> None:
    """Creates a login without password, and a schema of its name that it owns.

    The schema is found by the default `search_path`, whose first entry is "$user". To make one for
    another user, the admin has to be a member of it for a moment: CREATEROLE alone gives it the
    right to grant itself that, and no more (createrole_self_grant is empty on RDS).
    https://www.postgresql.org/docs/current/sql-createschema.html

    Args:
        run: The admin's session, in a transaction.
        username: Name of user and schema.

    Raises:
        NotOursError: The user exists already.
        RefusedChangeError: The session may not do that.
    """
    name = identifier(username)
    run(
        f"CREATE ROLE {name} LOGIN;"
        f" GRANT {name} TO CURRENT_USER;"
        f" CREATE SCHEMA {name} AUTHORIZATION {name};"
        f" REVOKE {name} FROM CURRENT_USER",
        doing=f"create the user {username} and its schema",
    )
