"""A login that a first deployment makes, with a schema of its own."""

from mysql_user.failures import TAKEN
from mysql_user.product import Product
from mysql_user.sql import Run, account, identifier, schema, text
from mysql_user.user import User
from rotation.errors import NotOursError
from rotation.secret_text import SecretText

_ANYWHERE = "%"

_ALL = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER,"
    " CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE,"
    " ALTER ROUTINE, EVENT, TRIGGER"
)
"""What can be granted on a schema and the admin of RDS has, so that it can grant it."""

_PARTS = ("tables_priv", "procs_priv")
"""Rights on tables and routines. Those on columns stand in `tables_priv` too."""

_CONTENTS = {
    "TABLES": ("TABLE_SCHEMA", "TABLE_NAME"),
    "ROUTINES": ("ROUTINE_SCHEMA", "ROUTINE_NAME"),
    "EVENTS": ("EVENT_SCHEMA", "EVENT_NAME"),
}
"""Views and sequences are among the tables, and a trigger is on one."""

_TOLD = 3
"""How many things in a schema are named."""


def create(
    run: Run, product: Product, username: str, schema_name: str, password: SecretText
) -> None:
    """Creates a login from any host, by TLS only, which may do all in one schema, and the schema.

    Each statement takes effect at once. So the user is locked until all is done, and one that is
    locked and has the secret's password is what an earlier run has left.

    Args:
        run: The admin's session.
        product: The database product.
        username: Name of the user.
        schema_name: Name of the schema.
        password: The user's.

    Raises:
        NotOursError: The user exists already, others have rights on the schema, or there is
            something in it.
        RefusedChangeError: The session may not do that.
    """
    doing = f"create the user {username}"
    patterns = product.takes_patterns(run)
    found = User.read(run, username)
    if found is not None and not (found.locked and found.accepts(password)):
        raise NotOursError(f"The user {username} exists already", remedy=TAKEN)
    host = found.host if found else _ANYWHERE
    _must_be_nobodys(run, username, host, schema_name, patterns=patterns)
    if found is None:
        found = _create_locked(run, product, username, password, doing=doing)
    run(f"CREATE DATABASE IF NOT EXISTS {identifier(schema_name)}", doing="create its schema")
    run(
        f"GRANT {_ALL} ON {schema(schema_name, patterns=patterns)}.* TO {found.account}",
        doing=f"let {username} use its schema {schema_name}",
    )
    run(f"ALTER USER {found.account} ACCOUNT UNLOCK", doing=doing)


def _create_locked(
    run: Run, product: Product, username: str, password: SecretText, *, doing: str
) -> User:
    identified = product.identified(product.plugins[0], password)
    run(
        f"CREATE USER {account(username, _ANYWHERE)} {identified} REQUIRE SSL ACCOUNT LOCK",
        doing=doing,
    )
    return User.of(run, username, _ANYWHERE)


def _must_be_nobodys(
    run: Run, username: str, host: str, schema_name: str, *, patterns: bool
) -> None:
    """Rights tell whose a schema is; and who has them on everything may work in it, too."""
    [[folds]] = run("SELECT @@lower_case_table_names", doing="tell how it keeps names")
    name = schema_name.lower() if folds else schema_name
    whose = f"The schema {schema_name}, which shall be {username}'s own,"
    if users := _users(run, username, host, name, patterns=patterns):
        raise NotOursError(
            f"{whose} is used by {', '.join(users)}",
            remedy=f"Let dbname in the secret of {username} name a schema that nobody has, and give"
            " it access to the other by reads or writes; or create the user yourself",
        )
    if contents := _contents(run, name):
        told = ", ".join([*contents[:_TOLD], *(["and more"] if contents[_TOLD:] else [])])
        raise NotOursError(
            f"{whose} holds something already: {told}",
            remedy=f"Let dbname in the secret of {username} name a schema that is empty or does not"
            " exist; or, if all of that is this application's, create the user yourself, with the"
            " secret's password and rights on that schema",
        )


def _users(run: Run, username: str, host: str, name: str, *, patterns: bool) -> list[str]:
    """Who has rights on a schema or in it, besides the session's user, who grants them.

    The pattern that matches every name says as little about one schema as rights on everything.
    """
    matches = f"{text(name)} LIKE Db AND Db <> '%'" if patterns else f"Db = {text(name)}"
    within = "".join(
        f" UNION SELECT User, Host FROM mysql.{table} WHERE Db = {text(name)}"  # noqa: S608  # composed
        for table in _PARTS
    )
    rows = run(
        f"SELECT DISTINCT User FROM (SELECT User, Host FROM mysql.db WHERE {matches}{within}) AS u"  # noqa: S608  # composed
        f" WHERE NOT (User = {text(username)} AND Host = {text(host)})"
        " AND CONCAT(User, '@', Host) <> CURRENT_USER()",
        doing=f"look for who uses the schema {name}",
    )
    return sorted(str(user) or "the anonymous user" for [user] in rows)


def _contents(run: Run, name: str) -> list[str]:
    """Names of what is in a schema, at most one more than are told."""
    parts = " UNION ALL ".join(
        f"SELECT {names} AS name FROM information_schema.{table} WHERE {schemas} = {text(name)}"  # noqa: S608  # composed
        for table, (schemas, names) in _CONTENTS.items()
    )
    rows = run(
        f"SELECT name FROM ({parts}) AS contents LIMIT {_TOLD + 1}",  # noqa: S608  # composed
        doing=f"look for what is in the schema {name}",
    )
    return [str(found) for [found] in rows]
