"""A login that a first deployment makes, with a schema of its own."""

from mysql_user.failures import TAKEN
from mysql_user.lexer import name
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
        NotOursError: The user exists already, or others have rights on the schema.
        RefusedChangeError: The session may not do that.
    """
    doing = f"create the user {username}"
    granted = schema(schema_name, patterns=product.takes_patterns(run))
    found = User.read(run, username)
    if found is None:
        _must_be_nobodys(run, username, schema_name, granted)
        found = _create_locked(run, product, username, password, doing=doing)
    elif not (found.locked and found.accepts(password)):
        raise NotOursError(f"The user {username} exists already", remedy=TAKEN)
    run(f"CREATE DATABASE IF NOT EXISTS {identifier(schema_name)}", doing="create its schema")
    run(
        f"GRANT {_ALL} ON {granted}.* TO {found.account}",
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


def _must_be_nobodys(run: Run, username: str, schema_name: str, granted: str) -> None:
    """Rights are all that tells whose a schema is."""
    names = f"{text(schema_name)}, {text(name(granted))}"
    rows = run(
        f"SELECT DISTINCT User FROM mysql.db WHERE Db IN ({names}) AND User <> {text(username)}",  # noqa: S608  # composed
        doing=f"look for who uses the schema {schema_name}",
    )
    if rows:
        users = ", ".join(sorted(str(user) for [user] in rows))
        raise NotOursError(
            f"The schema {schema_name}, which shall be {username}'s own, is used by {users}",
            remedy=f"Let dbname in the secret of {username} name a schema that nobody has, and give"
            " it access to the other by reads or writes; or create the user yourself",
        )
