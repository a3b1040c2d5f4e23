"""SQL of ours, and how it is sent.

A statement has ASCII characters only, so it says the same in every encoding of a client and of a
database. Anything else could be quoted in one encoding and read in another: a yen sign is a
backslash in SJIS.
"""

from typing import Any, Protocol


class Run(Protocol):
    """Sends one statement, or several in one packet.

    They are sent by the simple protocol, which takes one round trip instead of three; values are
    composed with `postgres_user.sql`.
    """

    def __call__(self, statement: str, *, doing: str) -> list[list[Any]]:
        """Runs it.

        Args:
            statement: SQL.
            doing: What it is for, for the error: "PostgreSQL refused to ...".

        Returns:
            The rows.

        Raises:
            TargetError: The server refused, or does not answer.
        """


def identifier(name: str) -> str:
    """Quotes a name, whatever it is.

    https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS

    Raises:
        ValueError: It holds what PostgreSQL has no character for.
    """
    quoted = _valid(name).replace('"', '""')
    if quoted.isascii():
        return f'"{quoted}"'
    return 'U&"' + _ascii(quoted.replace("\\", "\\\\"), "\\{:04x}", "\\+{:06x}") + '"'


def literal(text: str) -> str:
    """Quotes a text, whatever `standard_conforming_strings` and `backslash_quote` are.

    https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE

    Raises:
        ValueError: It holds what PostgreSQL has no character for.
    """
    quoted = _valid(text).replace("\\", "\\\\").replace("'", "''")
    return "E'" + _ascii(quoted, "\\u{:04x}", "\\U{:08x}") + "'"


def _ascii(text: str, short: str, long: str) -> str:
    """Escapes by code point, which the server translates to the database's own encoding."""
    return "".join(
        character
        if character.isascii()
        else (short if character <= "\uffff" else long).format(code)
        for character, code in zip(text, map(ord, text), strict=True)
    )


def _valid(text: str) -> str:
    if "\0" in text:
        raise ValueError("PostgreSQL has no character with code zero")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("PostgreSQL has no half characters")
    return text
