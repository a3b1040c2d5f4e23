"""Settings of roles and of a database that nobody would want.

They are made from the server's own `pg_settings`, so that a version of PostgreSQL brings its own.
"""

import base64
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Self

import psycopg
from psycopg import sql
from scramp import ScramMechanism

from fakes.postgres import Connection, PostgreSQL
from fakes.world import World
from tests.faults.settings import Hostile, Settings

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


_STATE = """
SELECT 'role', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin,
    rolreplication, rolbypassrls, rolconnlimit::text, rolvaliduntil::text,
    shobj_description(oid, 'pg_authid')
FROM pg_authid WHERE rolname = ANY (%(names)s::text[])
UNION ALL
SELECT 'member', roleid::regrole::text, admin_option, NULL, NULL, NULL, NULL, NULL, NULL,
    member::regrole::text, grantor::regrole::text, to_jsonb(pg_auth_members)->>'set_option'
        || (to_jsonb(pg_auth_members)->>'inherit_option')
FROM pg_auth_members WHERE ARRAY[roleid::regrole::text, member::regrole::text] && %(names)s::text[]
UNION ALL
SELECT 'owner', refobjid::regrole::text, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    count(*)::text, NULL, NULL
FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND deptype = 'o'
    AND refobjid::regrole::text = ANY (%(names)s::text[])
GROUP BY refobjid
ORDER BY 1, 2, 10, 11
"""
"""What a rotation leaves as it is, settings apart."""

_SETTINGS = """
SELECT setdatabase, setting FROM pg_db_role_setting, unnest(setconfig) AS setting
WHERE setrole = %s::regrole AND setting NOT LIKE 'role=%%' ORDER BY 1, 2
"""


class PostgreSQLSettings(Settings):
    """Those of the two users, the admin, all roles and the database, seen by one superuser.

    Its session was there before the settings, which apply to later ones.
    """

    # No login gets past a library that is not there.
    alone = frozenset({"session_preload_libraries"})

    def __init__(self, product: PostgreSQL, world: World) -> None:
        """Nothing is set yet.

        Args:
            product: Where.
            world: Whose users it is about.
        """
        self._world = world
        self._names = [world.user, world.clone, world.admin]
        self._session = product.server.connect(dbname=world.dbname)
        self._starts = _starts(world)
        self._values = values(self._session, self._names)
        self.scopes = tuple(self._starts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def values(self, scope: str) -> Mapping[str, list[str]]:
        """The same for each."""
        del scope
        return self._values

    def set(self, case: Hostile) -> bool:
        """Superusers may set almost anything."""
        name = sql.SQL(".").join(map(sql.Identifier, case.name.split(".")))
        try:
            self._session.execute(
                sql.SQL("{} SET {} TO {}").format(
                    self._starts[case.scope], name, sql.Literal(case.value)
                )
            )
        except psycopg.Error:
            return False
        return True

    def reset(self) -> None:
        """Also those that a rotation has copied."""
        for start in self._starts.values():
            with suppress(psycopg.errors.UndefinedObject):
                self._session.execute(sql.SQL("{} RESET ALL").format(start))

    def state(self) -> frozenset[str]:
        """Attributes, memberships, marks and numbers of objects."""
        return frozenset(map(str, self._session.execute(_STATE, {"names": self._names}).fetchall()))

    def verifiers(self) -> Mapping[str, str]:
        """SCRAM's."""
        rows = self._session.execute(
            "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY (%s)", [self._names]
        ).fetchall()
        return {str(name): str(verifier) for name, verifier in rows}

    def knows(self, username: str, password: str) -> bool:
        """Makes the verifier anew, with its own salt."""
        iterations, salt, stored = re.split("[$:]", self.verifiers()[username])[1:4]
        made = ScramMechanism("SCRAM-SHA-256").make_auth_info(
            password, iteration_count=int(iterations), salt=base64.b64decode(salt)
        )
        return bool(made[1] == base64.b64decode(stored))

    def drop_clone(self) -> None:
        """It owns nothing."""
        self._session.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(self._world.clone)))

    def drop_login(self, username: str) -> None:
        """With its schema."""
        user = sql.Identifier(username)
        self._session.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(user))

    def untold(self, log: str) -> list[str]:
        """The strategy warns of each."""
        base, clone = (
            set(self._session.execute(_SETTINGS, [name]).fetchall()) for name in self._names[:2]
        )
        names = {str(line).partition("=")[0] for _, line in base ^ clone}
        return sorted(name for name in names if f"may not set {name} for" not in log)

    def names(self, error: str, name: str) -> bool:
        """In the server's words, or in ours."""
        naming = rf"(parameter \"|setting |Correct ){re.escape(name)}\b"
        return re.search(naming, error) is not None


def _starts(world: World) -> dict[str, sql.Composable]:
    """Each scope with the start of the statements that change its settings."""
    base, clone, admin, database = map(
        sql.Identifier, (world.user, world.clone, world.admin, world.dbname)
    )
    within = sql.SQL("ALTER ROLE {} IN DATABASE {}")
    return {
        "the base": sql.SQL("ALTER ROLE {}").format(base),
        "the clone": sql.SQL("ALTER ROLE {}").format(clone),
        "the admin": sql.SQL("ALTER ROLE {}").format(admin),
        "all roles": sql.SQL("ALTER ROLE ALL"),
        "the database": sql.SQL("ALTER DATABASE {}").format(database),
        "the base in the database": within.format(base, database),
        "the clone in the database": within.format(clone, database),
        "the admin in the database": within.format(admin, database),
    }


def values(session: Connection, names: list[str]) -> dict[str, list[str]]:
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
