"""Whether an error says that the server is not there, whichever driver raised it.

Then the secret may name another server by now: after a move, a restore, a change of its port. An
answer of a server that is shutting down or has no such database any more counts, and a certificate
of somebody else: the address may have been given away.
"""

import re

from rotated_secret.refusals import codes

_SQLSTATE = re.compile(r"08\w{3}|57P0[123]|3D000")
"""PostgreSQL: connection exceptions, shutting down or starting up, no such database.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

_OF_THE_CLIENT = range(2000, 3000)
"""MySQL: what the client itself finds out, such as CR_CONN_HOST_ERROR.

https://dev.mysql.com/doc/mysql-errors/8.4/en/client-error-reference.html
"""

_OF_THE_SERVER = {1049, 1053}
"""MySQL: ER_BAD_DB_ERROR, ER_SERVER_SHUTDOWN."""

_WITHOUT_CODE = {"OperationalError", "InterfaceError"}
"""Errors of drivers that tell no code: libpq's of every login."""

_ANSWERED = re.compile(r"(?:FATAL|ERROR): ++(?!database .* does not exist|the database system is )")
"""What a server says that is there, in libpq's text."""


def is_unreachable(error: BaseException) -> bool:
    """Whether the server could not be reached, or is not the right one any more.

    Knows the errors of psycopg, psycopg2, asyncpg, pg8000, PyMySQL, mysqlclient, MySQL Connector,
    and the same within SQLAlchemy's.
    """
    inner = getattr(error, "orig", None)  # SQLAlchemy's
    if isinstance(inner, BaseException):
        return is_unreachable(inner)
    if isinstance(error, OSError):  # refused, timed out, no such name, a certificate not trusted
        return True
    told = list(codes(error))
    if told:
        return any(map(_says_so, told))
    names = {each.__name__ for each in type(error).__mro__}
    return bool(names & _WITHOUT_CODE) and not _ANSWERED.search(str(error))


def _says_so(code: object) -> bool:
    if isinstance(code, int):
        return code in _OF_THE_CLIENT or code in _OF_THE_SERVER
    return isinstance(code, str) and bool(_SQLSTATE.fullmatch(code))
