"""Every setting that a role or a database can carry, with odd and hostile values.

They are made from the server's own `pg_settings`, so that a version of PostgreSQL brings its own.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from psycopg import Connection, sql
from psycopg.rows import TupleRow

_HIDDEN = ("role", "session_authorization", "seed", "is_superuser", "rotation.custom")
"""What `pg_settings` does not list, and one that nobody knows."""

_TEXTS = (
    "",
    "it's \"odd\" \\ \u00a5u00a5'; -- $$ :x %s {}",
    "nobody_of_this_name",
    '"$user", pg_temp, public',
    "pg_monitor",
    "on",
    "0",
)

_WORDS: Mapping[str, tuple[str, ...]] = {
    # First those in which a byte of ASCII may be a part of another character.
    "client_encoding": (
        *("SJIS", "GBK", "SHIFT_JIS_2004", "BIG5", "GB18030", "UHC", "JOHAB"),
        *("SQL_ASCII", "LATIN1", "KOI8R", "EUC_JP", "MULE_INTERNAL", "UTF8"),
    ),
    "DateStyle": ("SQL, DMY", "German, YMD"),
    "IntervalStyle": ("sql_standard",),
    "TimeZone": ("Asia/Kathmandu", "<+00>-00:07"),
    "search_path": ("public, pg_catalog", "pg_temp, pg_catalog"),
    "transaction_isolation": ("serializable",),
    "plpgsql.extra_errors": ("all",),
}
"""Texts that a setting understands, where no list of them can be had."""


@dataclass(frozen=True)
class Hostile:
    """A setting with a value.

    Attributes:
        scope: Whose it is; one of `Scopes`.
        name: Its name.
        value: What it is set to.
    """

    scope: str
    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name} = {self.value!r} on {self.scope}"


@dataclass(frozen=True)
class Scopes:
    """Everything that carries settings which apply when one of our users logs in.

    Attributes:
        base: First user of the pair.
        clone: Second user.
        admin: Who rotates them.
        dbname: The database that the secret names.
    """

    base: str
    clone: str
    admin: str
    dbname: str

    def by_name(self) -> dict[str, sql.Composable]:
        """Each with the start of the statements that change its settings."""
        base, clone, admin, database = map(
            sql.Identifier, (self.base, self.clone, self.admin, self.dbname)
        )
        return {
            "the base": sql.SQL("ALTER ROLE {}").format(base),
            "the clone": sql.SQL("ALTER ROLE {}").format(clone),
            "the admin": sql.SQL("ALTER ROLE {}").format(admin),
            "all roles": sql.SQL("ALTER ROLE ALL"),
            "the database": sql.SQL("ALTER DATABASE {}").format(database),
            "the base in the database": sql.SQL("ALTER ROLE {} IN DATABASE {}").format(
                base, database
            ),
            "the clone in the database": sql.SQL("ALTER ROLE {} IN DATABASE {}").format(
                clone, database
            ),
            "the admin in the database": sql.SQL("ALTER ROLE {} IN DATABASE {}").format(
                admin, database
            ),
        }


def values(session: Connection[TupleRow], names: tuple[str, ...]) -> dict[str, list[str]]:
    """Odd and hostile values of each setting that the server has.

    Args:
        session: Someone at the server.
        names: Roles that exist there.
    """
    rows = session.execute(
        "SELECT name, vartype, min_val, max_val, enumvals, boot_val FROM pg_settings ORDER BY name"
    ).fetchall()
    known = {str(name): [*_WORDS.get(name, ()), *_of_type(*facts)] for name, *facts in rows}
    return {**known, **{name: [*names, *_TEXTS] for name in _HIDDEN}}


def _of_type(
    kind: str, least: str | None, most: str | None, words: list[str] | None, usual: str | None
) -> Iterator[str]:
    if kind == "bool":
        yield from ("on", "off")
    elif kind == "enum":
        yield from words or ()
    elif kind == "string":
        yield from _TEXTS
    else:
        low, high = float(least or 0), float(most or 0)
        numbers = (low, high, min(high, low + 1), min(high, max(low, 50.0)), math.sqrt(high))
        yield from dict.fromkeys(
            str(int(number)) if kind == "integer" else repr(number) for number in numbers
        )
        yield usual or ""
