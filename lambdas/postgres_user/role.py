"""What PostgreSQL knows about a role."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from postgres_user.sql import literal
from postgres_user.statements import Run

ATTRIBUTES = ("super", "inherit", "createrole", "createdb", "replication", "bypassrls")
"""Columns of pg_roles without their `rol`; in ALTER ROLE they are called SUPERUSER and alike."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role as it is.

    Attributes:
        name: Its name.
        attributes: Which of `ATTRIBUTES` it has.
        connection_limit: Most sessions at once; -1 is no limit.
        comment: Its comment.
        settings: What applies when it logs in, by database (None is every one) and name.
    """

    name: str
    attributes: Mapping[str, bool]
    connection_limit: int
    comment: str | None
    settings: Mapping[tuple[str | None, str], str]

    @classmethod
    def read(cls, run: Run, *names: str) -> dict[str, Self]:
        """Reads the roles that exist, by name."""
        columns = ", ".join(f"rol{attribute}" for attribute in ATTRIBUTES)
        rows = run(
            f"SELECT rolname, rolconnlimit, shobj_description(oid, 'pg_authid'), {_SETTINGS},"  # noqa: S608  # composed
            f" {columns} FROM pg_roles WHERE rolname IN ({', '.join(map(literal, names))})",
            doing="look for users",
        )
        return {
            name: cls(
                name=name,
                attributes=dict(zip(ATTRIBUTES, attributes, strict=True)),
                connection_limit=limit,
                comment=comment,
                settings=_settings(settings or []),
            )
            for name, limit, comment, settings, *attributes in rows
        }


_SETTINGS = """(
    SELECT json_agg(json_build_array(datname, setconfig))
    FROM pg_db_role_setting LEFT JOIN pg_database ON pg_database.oid = setdatabase
    WHERE setrole = pg_roles.oid
)"""


def _settings(rows: list[tuple[str | None, list[str]]]) -> dict[tuple[str | None, str], str]:
    pairs = ((database, text.partition("=")) for database, texts in rows for text in texts)
    return {(database, name): value for database, (name, _, value) in pairs}
