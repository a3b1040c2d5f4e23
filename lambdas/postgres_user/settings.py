"""Role settings: what applies when a role logs in.

https://www.postgresql.org/docs/current/sql-alterrole.html
"""

from collections.abc import Iterator, Mapping

from database.target import Difference
from postgres_user.sql import Run, identifier, literal
from rotation.errors import RefusedChangeError

Settings = Mapping[tuple[str | None, str], str]
"""Values by database (None is every one) and name."""

_LISTS = {
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
}
"""Settings that are kept as a list of quoted names and have to be given name by name.

As in pg_dump (`variable_is_guc_list_quote`).
"""


def wanted(
    settings: Settings, acts_as: Mapping[str | None, str]
) -> dict[tuple[str | None, str], str]:
    """The settings with which a clone acts as its base.

    They are the base's, and `role`: it makes every session of the clone act as the base, so what
    it creates belongs to the base, and the base's grants are its own. Where the base itself acts as
    a third role, because of a setting of its own, of a database or of all, the clone does too.

    Args:
        settings: The base's.
        acts_as: As whom the base acts, by database; None is everywhere else.
    """
    copied = {key: value for key, value in settings.items() if key[1] != "role"}
    everywhere = acts_as[None]
    roles = {
        (database, "role"): actor
        for database, actor in acts_as.items()
        if database is None or actor != everywhere
    }
    return copied | roles


def copy(run: Run, username: str, have: Settings, want: Settings) -> list[Difference]:
    """Turns one set of settings into another.

    What the session may not set stays as it is: a setting of an extension whose library it can't
    load, or one that only a superuser may set.

    Args:
        run: The admin's session, in a transaction.
        username: Whose settings.
        have: The settings it has.
        want: The settings that it shall have.

    Returns:
        What stays different.

    Raises:
        RefusedChangeError: The user can't be made to act as it shall.
    """
    todo = dict(changes(username, have, want))
    if not todo:
        return []
    doing = f"set what {username} begins with"
    if _done(run, "; ".join(todo.values()), doing=doing):
        return []
    return [
        _difference(username, *which)
        for which, statement in todo.items()
        if not _set_one(run, which[1], statement, doing=doing)
    ]


def _set_one(run: Run, name: str, statement: str, *, doing: str) -> bool:
    if name == "role":
        run(statement, doing=doing)
        return True
    return _done(run, statement, doing=doing) or (
        _done(run, _load(name), doing="load an extension") and _done(run, statement, doing=doing)
    )


def _done(run: Run, statements: str, *, doing: str) -> bool:
    try:
        run(f"SAVEPOINT settings; {statements}; RELEASE settings", doing=doing)
    except RefusedChangeError:
        run("ROLLBACK TO settings; RELEASE settings", doing="go on without it")
        return False
    return True


def _load(name: str) -> str:
    """SQL that loads the libraries of extensions whose name begins as the setting's.

    Only then the server knows the setting, and lets an admin who is no superuser set it. LOAD is
    for superusers; the check of a C function that an extension has brought loads its library, too.
    Such functions can't be made by users, and none is called.
    """
    prefix = literal(name.partition(".")[0])
    return (
        "SELECT fmgr_c_validator(min(pg_proc.oid))"  # noqa: S608  # composed
        " FROM pg_proc JOIN pg_language ON pg_language.oid = prolang"
        f" WHERE lanname = 'c' AND starts_with(regexp_replace(probin, '^.*/', ''), {prefix})"
        " AND has_function_privilege(pg_proc.oid, 'EXECUTE') GROUP BY probin"
    )


def _difference(username: str, database: str | None, name: str) -> Difference:
    """Does not tell the value, which may be a secret of the application."""
    where = f" in the database {database}" if database else ""
    return Difference(
        f"The admin may not set {name} for {username}{where}, so that it differs from its twin's",
        remedy="Let whoever set it for the one set the same for the other:"
        f" {_alter(username, database)} SET {identifier(name)} TO ... (or RESET)",
    )


def changes(
    username: str, have: Settings, want: Settings
) -> Iterator[tuple[tuple[str | None, str], str]]:
    """SQL that turns one set of settings into another, by database and name of the setting."""
    for database, name in have.keys() - want.keys():
        yield (database, name), f"{_alter(username, database)} RESET {identifier(name)}"
    for (database, name), value in want.items():
        if have.get((database, name)) != value:
            change = f"SET {identifier(name)} TO {_value(name, value)}"
            yield (database, name), f"{_alter(username, database)} {change}"


def _alter(username: str, database: str | None) -> str:
    scope = f" IN DATABASE {identifier(database)}" if database else ""
    return f"ALTER ROLE {identifier(username)}{scope}"


def _value(name: str, value: str) -> str:
    if name.lower() not in _LISTS:
        return literal(value)
    return ", ".join(map(literal, _names(value)))


def _names(text: str) -> Iterator[str]:
    """Splits a list of names, of which some are quoted: `"$user", public`."""
    rest = text
    while rest:
        name, rest = _quoted(rest[1:]) if rest.startswith('"') else _plain(rest)
        yield name
        rest = rest.lstrip().removeprefix(",").lstrip()


def _plain(text: str) -> tuple[str, str]:
    name, comma, rest = text.partition(",")
    return name.rstrip(), comma + rest


def _quoted(text: str) -> tuple[str, str]:
    name = ""
    while True:
        part, _, text = text.partition('"')
        name += part
        if not text.startswith('"'):
            return name, text
        name, text = name + '"', text[1:]
