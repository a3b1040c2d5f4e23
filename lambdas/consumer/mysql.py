"""MySQL and MariaDB."""

from datetime import UTC, datetime
from typing import Any

from rotated_secret.pymysql import connect

__all__ = ["ask", "connect"]


def ask(connection: Any) -> tuple[str, datetime]:  # noqa: ANN401  # of any driver
    """Who the database says it is, and the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT USER(), UTC_TIMESTAMP()")
        user, now = cursor.fetchone()
    return user.rpartition("@")[0], now.replace(tzinfo=UTC)
