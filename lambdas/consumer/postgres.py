"""PostgreSQL."""

from datetime import datetime
from typing import Any

from rotated_secret.pg8000 import connect

__all__ = ["ask", "connect"]


def ask(connection: Any) -> tuple[str, datetime]:  # noqa: ANN401  # pg8000 has no types
    """Who the database says it is, and the database's clock."""
    cursor = connection.cursor()
    cursor.execute("SELECT session_user, now()")
    user, now = cursor.fetchone()
    return user, now
