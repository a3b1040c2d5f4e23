"""Error codes of MySQL and MariaDB as our errors.

https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
https://mariadb.com/kb/en/mariadb-error-code-reference/
"""

import re
from collections.abc import Mapping

from rotation.errors import (
    BusyError,
    CredentialRefusedError,
    NotOursError,
    RefusedChangeError,
    TargetError,
    UnreachableError,
    UnsuitableError,
)

ACCESS_DENIED = 1045
NO_DATABASE = 1049
NO_RIGHT_TO_DATABASE = 1044
OPERATION_FAILED = 1396
OPTION_PREVENTS = 1290

_RIGHTS = (
    "Give the user that makes the change the right to it: an admin needs CREATE USER, SELECT on the"
    " schema mysql, and what the application's users have, WITH GRANT OPTION (docs/mysql.md)"
)

_REFUSED = (
    "Compare the secret with the user's real password, or let an admin set it to the secret's; see"
    " also whether the user may log in from the function's address"
)

TAKEN = (
    "Put its real password into the secret, let present_secret_arn name a secret that holds it, or"
    " choose another user name; it was not touched"
)

_READ_ONLY = (
    "The host is a read-only server (a replica or a cluster's reader): put the writer's address"
    " into host, in the admin's secret too if it names one; then take AWSPENDING off its version"
    " and rotate again"
)

_VALIDATION = (
    "The server lets nobody set a password whose text a plugin has not seen, and it gets none from"
    " here: run SET GLOBAL strict_password_validation = OFF, or set it in the parameter group; the"
    " passwords are random and 40 characters long"
)

_OPTION = "Change the server's option that the message names"

_IS_READ_ONLY = re.compile(r"read.only", re.IGNORECASE)

_UNLOCK = "Let it in again as an admin: ALTER USER ... ACCOUNT UNLOCK"

_EXPIRED = (
    "Let an admin set the user's password to the secret's (ALTER USER ... IDENTIFIED BY), and"
    " rotate more often than passwords expire"
)

_FULL = "Free connections, or raise the limit of the user or the server"

_BLOCKED = (
    "Run as an admin: TRUNCATE TABLE performance_schema.host_cache; handshakes from the function's"
    " address broke more often than max_connect_errors allows"
)

_ORPHANS = (
    "Something has that user as its DEFINER although it does not exist: let it have one that does,"
    " or grant the admin ALLOW_NONEXISTENT_DEFINER (SET_USER_ID before MySQL 8.2)"
)

GONE = "Nothing: the next attempt makes a second user again, and tells of another one that is gone"

_PLUGIN = (
    "Let an admin have the user prove itself by one of the plugins in docs/mysql.md, with the"
    " secret's password (ALTER USER)"
)

_LOG = "See the server's log"

_WAIT = "Wait until the other session gives its lock back, or end it"


class NoSuchObjectError(RefusedChangeError):
    """A grant is on a table, column or routine that does not exist."""


_KINDS: Mapping[int, tuple[type[TargetError], str]] = {
    1040: (UnreachableError, _FULL),
    1041: (UnreachableError, "Free memory on the server"),
    1042: (UnreachableError, "See the server's name resolution (skip_name_resolve)"),
    1053: (UnreachableError, "Wait until the server is up again"),
    1129: (UnreachableError, _BLOCKED),
    1130: (CredentialRefusedError, "Let the user log in from the function's address"),
    1152: (UnreachableError, "Look at the network: the connection broke"),
    1159: (UnreachableError, "Look at the network: the connection broke"),
    1203: (UnreachableError, _FULL),
    1226: (UnreachableError, _FULL),
    3032: (UnreachableError, "Wait until the server is no longer offline"),
    NO_RIGHT_TO_DATABASE: (
        CredentialRefusedError,
        "Correct dbname in the secret, or grant the user and its twin a right on that schema",
    ),
    ACCESS_DENIED: (CredentialRefusedError, _REFUSED),
    NO_DATABASE: (CredentialRefusedError, "Correct dbname in the secret, or create the schema"),
    1251: (UnsuitableError, _PLUGIN),
    1275: (UnsuitableError, _PLUGIN),
    1698: (CredentialRefusedError, _REFUSED),
    1820: (CredentialRefusedError, _EXPIRED),
    1862: (CredentialRefusedError, _EXPIRED),
    3118: (CredentialRefusedError, _UNLOCK),
    3159: (CredentialRefusedError, "Report it: the connection is encrypted"),
    3955: (CredentialRefusedError, f"{_UNLOCK}; it failed too often (FAILED_LOGIN_ATTEMPTS)"),
    4150: (CredentialRefusedError, "Let it in again: FLUSH PRIVILEGES (max_password_errors)"),
    4151: (CredentialRefusedError, _UNLOCK),
    1142: (RefusedChangeError, _RIGHTS),
    1143: (RefusedChangeError, _RIGHTS),
    1227: (RefusedChangeError, _RIGHTS),
    1370: (RefusedChangeError, _RIGHTS),
    1290: (RefusedChangeError, _READ_ONLY),
    1792: (RefusedChangeError, _READ_ONLY),
    1836: (RefusedChangeError, _READ_ONLY),
    1054: (NoSuchObjectError, _LOG),
    1146: (NoSuchObjectError, _LOG),
    1305: (NoSuchObjectError, _LOG),
    1410: (RefusedChangeError, GONE),
    1524: (UnsuitableError, _PLUGIN),
    1819: (RefusedChangeError, _VALIDATION),
    3169: (UnreachableError, "Nothing: the next attempt makes the session anew"),
    4006: (RefusedChangeError, _ORPHANS),
    OPERATION_FAILED: (NotOursError, TAKEN),
    1133: (RefusedChangeError, GONE),
    1205: (BusyError, _WAIT),
    1213: (BusyError, "Nothing: the next attempt comes later than the other session"),
    1969: (BusyError, "See what the server is busy with; a statement took too long"),
    3024: (BusyError, "See what the server is busy with; a statement took too long"),
    3058: (BusyError, "Nothing: the next attempt comes later than the other session"),
    1317: (UnreachableError, "Nothing, if a newer rotation took over; else see who ended it"),
    1927: (UnreachableError, "Nothing, if a newer rotation took over; else see who ended it"),
    4031: (UnreachableError, "Nothing: the next attempt makes the session anew"),
}

_OF_RIGHTS_TOO = {NO_RIGHT_TO_DATABASE, ACCESS_DENIED, 1698}
"""With these a server refuses a login, and a GRANT of what oneself does not have."""

_OF_THE_CLIENT = range(2000, 3000)
"""The driver's own: the connection broke. https://dev.mysql.com/doc/mysql-errors/8.4/en/client-error-reference.html"""


def failure(code: int, words: str, doing: str, *, login: bool = False) -> TargetError:
    """Turns the server's error into ours.

    The server's own words are kept: they may name users and objects, never a password, since none
    is sent to it in a statement.

    Args:
        code: The server's.
        words: The server's.
        doing: What was tried, as in "The server refused to ...".
        login: Whether that was to log in; else somebody who is in may not do that.
    """
    if code in _OF_THE_CLIENT:
        return UnreachableError(
            f"The server that was asked to {doing} did not answer, or ended the session ({code})",
            remedy="Nothing, if a newer rotation took over; else check host and port in the secret,"
            " security groups, and that the server is up",
        )
    cause = f"The server refused to {doing}: {words} (error {code})"
    if code == OPTION_PREVENTS and not _IS_READ_ONLY.search(words):
        remedy = _VALIDATION if "strict" in words else _OPTION
        return RefusedChangeError(cause, remedy=remedy)
    if code == OPERATION_FAILED and "CREATE USER" not in words:
        return RefusedChangeError(cause, remedy=GONE, retry_helps=True)
    kind, remedy = _KINDS.get(code, (RefusedChangeError, _LOG))
    if kind is CredentialRefusedError and code in _OF_RIGHTS_TOO and not login:
        kind, remedy = RefusedChangeError, _RIGHTS
    return kind(cause, remedy=remedy, retry_helps=True if remedy is GONE else None)
