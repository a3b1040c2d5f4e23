"""SQL of ours, and how it is sent.

One statement a packet: the driver does not ask for several, so that nothing within one becomes a
second. What the session says is UTF-8, which `mysql_user.start_up` has settled before.
"""

import re
from typing import Any, Protocol


class Run(Protocol):
    """Sends one statement."""

    def __call__(self, statement: str, *, doing: str) -> list[tuple[Any, ...]]:
        """Runs it.

        Args:
            statement: SQL.
            doing: What it is for, for the error: "The server refused to ...".

        Returns:
            The rows.

        Raises:
            TargetError: The server refused, or does not answer.
        """


def identifier(name: str) -> str:
    """Quotes a name of a user, a host, a schema or a table, in every mode.

    https://dev.mysql.com/doc/refman/8.4/en/identifiers.html
    """
    quoted = name.replace("`", "``")
    return f"`{quoted}`"


def account(username: str, host: str) -> str:
    """A user as statements name it.

    https://dev.mysql.com/doc/refman/8.4/en/account-names.html
    """
    return f"{identifier(username)}@{identifier(host)}"


def schema(name: str, *, patterns: bool) -> str:
    """A schema as GRANT names it.

    Args:
        name: Its name.
        patterns: Whether the server takes underscores and percent signs there for wildcards. MySQL
            with `partial_revokes` does not, and then it does not take a backslash for an escape
            either, whatever the manual says.
    """
    escaped = re.sub(r"([\\_%])", r"\\\1", name) if patterns else name
    return identifier(escaped)


def text(value: str) -> str:
    """A text within an expression, whatever is in it."""
    return f"_utf8mb4 0x{value.encode().hex()}" if value else "''"


def literal(value: str) -> str:
    """A text where only a literal will do; `mysql_user.start_up` has settled how it is read."""
    quoted = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'"
