"""Role settings: what applies when a role logs in.

https://www.postgresql.org/docs/current/sql-alterrole.html
"""

from collections.abc import Iterator, Mapping

from postgres_user.sql import identifier, literal

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
    base: str, settings: Mapping[tuple[str | None, str], str]
) -> dict[tuple[str | None, str], str]:
    """The settings with which a clone acts as its base.

    They are the base's, and `role`: it makes every session of the clone act as the base, so what
    it creates belongs to the base, and the base's grants are its own. A base that acts as a third
    role already keeps to that.

    Args:
        base: Name of the base.
        settings: Its settings.
    """
    role = settings.get((None, "role"), "none")
    return {**settings, (None, "role"): base if role == "none" else role}


def changes(
    username: str,
    have: Mapping[tuple[str | None, str], str],
    want: Mapping[tuple[str | None, str], str],
) -> Iterator[str]:
    """SQL that turns one set of settings into another."""
    for database, name in have.keys() - want.keys():
        yield f"{_alter(username, database)} RESET {identifier(name)}"
    for (database, name), value in want.items():
        if have.get((database, name)) != value:
            yield f"{_alter(username, database)} SET {identifier(name)} TO {_value(name, value)}"


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
