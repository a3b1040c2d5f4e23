"""Identifiers and literals for statements that take no parameters."""


def identifier(name: str) -> str:
    """Quotes a name, whatever it is.

    https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
    """
    return '"' + _without_nul(name).replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quotes a text, whatever `standard_conforming_strings` is.

    https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE
    """
    return "E'" + _without_nul(text).replace("\\", "\\\\").replace("'", "''") + "'"


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("PostgreSQL has no character with code zero")
    return text
