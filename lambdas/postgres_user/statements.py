"""How the other modules of this folder talk to the server without knowing the driver."""

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
