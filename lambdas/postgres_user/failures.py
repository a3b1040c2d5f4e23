"""PostgreSQL's error codes as our errors.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from collections.abc import Mapping

from rotation.errors import (
    BusyError,
    CredentialRefusedError,
    NotOursError,
    RefusedChangeError,
    TargetError,
    UnreachableError,
)

_RIGHTS = (
    "Give the user that makes the change the right to it; an admin needs CREATEROLE and, from"
    " PostgreSQL 16 on, the ADMIN OPTION on the users that it did not create"
)

_ENCODING = (
    "Let the secret name a database with the encoding UTF8 or users of ASCII characters, and the"
    " server itself instead of a proxy"
)

_NO_POOLER = (
    "Put the server's own host and port into the secret instead of a pooler's or a proxy's: a"
    " rotation has to say what its sessions begin with"
)

_LIBRARY = (
    "Correct session_preload_libraries of the user, of the database, and of the one in the other"
    " (pg_db_role_setting)"
)

_REFUSED = (
    "Compare the secret with the user's real password, or let an admin set it to the secret's; see"
    " also whether the user's VALID UNTIL has passed"
)

_READ_ONLY = (
    "The host is a read-only server (a standby or a read replica): put the writer's address into"
    " host, in the admin's secret too if it names one; then take AWSPENDING off its version and"
    " rotate again"
)

_TAKEN = (
    "Put its real password into the secret, let present_secret_arn name a secret that holds it, or"
    " choose another user name; it was not touched"
)

_KINDS: Mapping[str, tuple[type[TargetError], str]] = {
    "28P01": (
        CredentialRefusedError,
        _REFUSED,
    ),
    "28000": (
        CredentialRefusedError,
        "Let the user log in: ALTER ROLE ... LOGIN, and an entry for TLS in pg_hba.conf",
    ),
    "3D000": (CredentialRefusedError, "Correct dbname in the secret, or create the database"),
    "42501": (RefusedChangeError, _RIGHTS),
    "42710": (
        NotOursError,
        _TAKEN,
    ),
    "25006": (RefusedChangeError, _READ_ONLY),
    "22P05": (RefusedChangeError, _ENCODING),
    "0A000": (RefusedChangeError, _ENCODING),
    "08P01": (RefusedChangeError, _NO_POOLER),
    "58P01": (RefusedChangeError, _LIBRARY),
    "53200": (
        RefusedChangeError,
        "Raise max_locks_per_transaction on the server (it takes a restart), and rotate again",
    ),
    "55P03": (BusyError, "Wait until the other session ends its transaction, or end it"),
    "55006": (BusyError, "Wait until the other session ends its transaction, or end it"),
    "57014": (BusyError, "See what the server is busy with; a statement took too long"),
    "40P01": (BusyError, "Nothing: the next attempt comes later than the other session"),
    "57P01": (
        UnreachableError,
        "Nothing, if a newer rotation took over; else see why the server ended the session",
    ),
    "53300": (UnreachableError, "Free connections, or raise the limit of the user or the server"),
}

_CONFLICT = "XX000"
"""`tuple concurrently updated`: two sessions alter one role; this one came second."""


def failure(answer: Mapping[str, str], doing: str) -> TargetError:
    """Turns the server's error into ours.

    The server's own words are kept: they may name users and objects, never a password, since none
    is sent to it.

    Args:
        answer: The fields of ErrorResponse
            (https://www.postgresql.org/docs/current/protocol-error-fields.html).
        doing: What was tried, as in "PostgreSQL refused to ...".
    """
    code = answer.get("C", "")
    words = answer.get("M", "no reason given")
    cause = f"PostgreSQL refused to {doing}: {words} (SQLSTATE {code})"
    if code in _KINDS:
        kind, remedy = _KINDS[code]
        return kind(cause, remedy=remedy)
    if code == _CONFLICT and "concurrently" in words:
        return BusyError(cause, remedy="Nothing: the next attempt comes later than the other one")
    if code[:2] in {"08", "53", "57"}:
        return UnreachableError(cause, remedy="See the server's log; it may be starting or full")
    return RefusedChangeError(cause, remedy="See the server's log")
