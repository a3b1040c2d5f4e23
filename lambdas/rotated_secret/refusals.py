"""Whether an error says that the target refused the credential, whichever driver raised it."""

import re
from collections.abc import Iterator

_CODES = {"28P01", "28000", 1045}
"""PostgreSQL: invalid_password, invalid_authorization_specification
(https://www.postgresql.org/docs/current/errcodes-appendix.html). MySQL: ER_ACCESS_DENIED_ERROR
(https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html).
"""

_WORDS = re.compile(
    r"FATAL: +("
    r"\w+ authentication failed"
    r"|role .* is not permitted to log in"
    r"|role .* does not exist"
    r"|no pg_hba\.conf entry)"
)
"""libpq does not tell the code of a login that failed, so that psycopg has only the server's words.

They are English unless the parameter `lc_messages` of the server is changed.
"""


def is_refusal(error: BaseException) -> bool:
    """Whether the target refused user or password.

    Knows the errors of psycopg, psycopg2, asyncpg, pg8000, PyMySQL, mysqlclient, MySQL Connector,
    and the same within SQLAlchemy's.
    """
    inner = getattr(error, "orig", None)  # SQLAlchemy's
    if isinstance(inner, BaseException):
        return is_refusal(inner)
    codes = set(_codes(error))
    return bool(codes & _CODES) or (not codes and bool(_WORDS.search(str(error))))


def _codes(error: BaseException) -> Iterator[object]:
    for attribute in ("sqlstate", "pgcode", "errno"):
        code = getattr(error, attribute, None)
        if code is not None:
            yield code
    for first in error.args[:1]:
        if isinstance(first, dict):
            yield first.get("C")
        elif isinstance(first, int):
            yield first
