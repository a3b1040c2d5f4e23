"""What PostgreSQL knows about the two roles of a pair."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from database.names import Pair
from postgres_user.sql import Run, literal

ATTRIBUTES = ("super", "inherit", "createrole", "createdb", "replication", "bypassrls")
"""Columns of pg_roles without their `rol`."""

_SETTINGS = """(
    SELECT json_agg(json_build_array(datname, setconfig))
    FROM pg_db_role_setting LEFT JOIN pg_database ON pg_database.oid = setdatabase
    WHERE setrole = pg_roles.oid
)"""

_LEVEL = (
    "CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END"
)

_ACTOR = f"""coalesce((
    SELECT CASE wanted WHEN 'none' THEN pg_roles.rolname ELSE other.rolname END
    FROM pg_db_role_setting, unnest(setconfig) AS line, substr(line, 6) AS wanted
        LEFT JOIN pg_roles AS other ON other.rolname = wanted
    WHERE setrole IN (pg_roles.oid, 0) AND setdatabase IN (place, 0) AND starts_with(line, 'role=')
        AND (wanted = 'none' OR pg_has_role(pg_roles.oid, other.oid, {_LEVEL}))
    ORDER BY setrole = 0, setdatabase = 0
    LIMIT 1
), pg_roles.rolname)"""  # noqa: S608  # constants
"""As whom a role's sessions act in the database `place`.

What is set for the role in the database comes first, then for the role, for the database, for all;
one that the role may not act as is passed over with a warning.
https://www.postgresql.org/docs/current/sql-alterrole.html
"""

_ACTS_AS = f"""(
    SELECT json_agg(json_build_array(datname, {_ACTOR}))
    FROM (
        SELECT setdatabase FROM pg_db_role_setting WHERE setrole IN (pg_roles.oid, 0)
        UNION SELECT 0::oid
    ) AS places (place) LEFT JOIN pg_database ON pg_database.oid = place
)"""  # noqa: S608  # constants

_ENDED = "CASE WHEN rolvaliduntil < clock_timestamp() THEN rolvaliduntil::text END"

_OWNS_IN = """(
    SELECT json_agg(DISTINCT coalesce(datname, current_database()))
    FROM pg_shdepend LEFT JOIN pg_database ON pg_database.oid = dbid
    WHERE refclassid = 'pg_authid'::regclass AND refobjid = pg_roles.oid AND deptype = 'o'
        AND classid NOT IN ('pg_default_acl'::regclass, 'pg_user_mapping'::regclass)
)"""
"""REASSIGN OWNED leaves default privileges and user mappings where they are."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role as it is.

    Attributes:
        name: Its name.
        attributes: Which of `ATTRIBUTES` it has.
        connection_limit: Most sessions at once; -1 is no limit.
        comment: Its comment.
        settings: What applies when it logs in, by database (None is every one) and name.
        owns_in: Names of the databases in which it owns something.
        may_act_as_base: Whether it has the base's rights and may SET ROLE to it.
        acts_as: As whom its sessions act, by database where something is set for it there; None is
            everywhere else.
        ended: When it became invalid (VALID UNTIL), if it did.
    """

    name: str
    attributes: Mapping[str, bool]
    connection_limit: int
    comment: str | None
    settings: Mapping[tuple[str | None, str], str]
    owns_in: frozenset[str]
    may_act_as_base: bool
    acts_as: Mapping[str | None, str]
    ended: str | None

    def acts_in(self, database: str) -> str:
        """As whom its sessions act in a database."""
        return self.acts_as.get(database, self.acts_as[None])

    @classmethod
    def read(cls, run: Run, pair: Pair) -> dict[str, Self]:
        """Reads those of the two that exist, by name."""
        rows = run(
            "SELECT rolname, rolconnlimit, shobj_description(oid, 'pg_authid'),"  # noqa: S608  # composed
            f" {_SETTINGS}, {_OWNS_IN}, {_may_act_as(pair.base)},"
            f" {_ACTS_AS}, {_ENDED},"
            f" {', '.join(f'rol{attribute}' for attribute in ATTRIBUTES)}"
            f" FROM pg_roles WHERE rolname IN ({literal(pair.base)}, {literal(pair.clone)})",
            doing="look for users",
        )
        return {
            name: cls(
                name=name,
                attributes=dict(zip(ATTRIBUTES, attributes, strict=True)),
                connection_limit=limit,
                comment=comment,
                settings=_settings(settings or []),
                owns_in=frozenset(owns_in or []),
                may_act_as_base=bool(may_act_as_base),
                acts_as=dict(acts_as),
                ended=ended,
            )
            for (
                name,
                limit,
                comment,
                settings,
                owns_in,
                may_act_as_base,
                acts_as,
                ended,
                *attributes,
            ) in rows
        }


def actors(run: Run, base: str) -> tuple[str, str]:
    """As whom the session acts, and as whom one of the base would, in this database.

    Args:
        run: A session of either of a pair.
        base: The first of the pair.
    """
    place = "(SELECT oid AS place FROM pg_database WHERE datname = current_database()) AS here"
    rows = run(
        f"SELECT current_user, {_ACTOR} FROM pg_roles, {place}"  # noqa: S608  # composed
        f" WHERE rolname = {literal(base)}",
        doing="tell as whom it acts",
    )
    [[actor, expected]] = rows or [[None, base]]
    return str(actor), str(expected)


def _may_act_as(base: str) -> str:
    """From PostgreSQL 16 on, a membership may lack INHERIT or SET.

    https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS-TABLE
    """
    role = f"(SELECT oid FROM pg_roles WHERE rolname = {literal(base)})"  # noqa: S608  # composed
    return f"""pg_has_role(oid, {role}, 'USAGE')
        AND (current_setting('server_version_num')::int < 160000
            OR pg_has_role(oid, {role}, 'SET'))"""


def _settings(rows: list[tuple[str | None, list[str]]]) -> dict[tuple[str | None, str], str]:
    pairs = ((database, text.partition("=")) for database, texts in rows for text in texts)
    return {(database, name): value for database, (name, _, value) in pairs}
