"""What a session begins with, whatever is set on the database, on the user, or on both.

It stands in the start-up packet, which counts more than all these settings. What only a superuser
may set is refused there: no application can set that either, nor does anything of ours depend on
it. As whom the session acts (`role`) is for the fence to say: a proof acts as the application does.

https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-STARTUPMESSAGE
"""

import re
from collections.abc import Mapping

from database.credential import Credential

ENCODING = "UTF8"

_ALWAYS: Mapping[str, str] = {
    # What a text means.
    "client_encoding": ENCODING,
    "standard_conforming_strings": "on",
    "backslash_quote": "off",
    # What a name means: PostgreSQL's own functions, operators and conversions.
    "search_path": "pg_catalog, pg_temp",
    # What a transaction may do, sees and promises.
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "default_transaction_deferrable": "off",
    "synchronous_commit": "on",
    # How long anything may take is for us to say, by the deadline and in the fence.
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "tcp_user_timeout": "0",
    # What else could make a short statement slow, long to answer, or fail.
    "local_preload_libraries": "",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "client_min_messages": "warning",
}

_SINCE: Mapping[str, tuple[int, str]] = {
    "idle_session_timeout": (14, "0"),
    "createrole_self_grant": (16, ""),
    "transaction_timeout": (17, "0"),
}
"""What older servers refuse to know, with the version that brought it."""

_OLDEST = {"25P04": 17}
"""Errors that tell how old a server can't be: a transaction took longer than its time-out."""

_UNKNOWN = "42704"
"""The server does not know a setting."""

_versions: dict[tuple[str, int], int] = {}
"""Versions of servers as they were seen last. A server tells its version after the start."""


def parameters(credential: Credential) -> dict[str, str]:
    """What to send to a server, as far as it is known to know it."""
    return {**_ALWAYS, **_newer(_versions.get(_address(credential), 0))}


def missing(credential: Credential, version: str) -> str:
    """SQL for what was not sent, and notes the version.

    Args:
        credential: For which server `parameters` were asked.
        version: What the server says about itself.
    """
    address = _address(credential)
    known, _versions[address] = _versions.get(address, 0), _number(version)
    late = _newer(_versions[address]).items() - _newer(known).items()
    return "; ".join(f"SET {name} = '{value}'" for name, value in sorted(late))


def learned(credential: Credential, before: Mapping[str, str], code: str) -> bool:
    """Whether there is something else to send than before, after a session that did not begin.

    Args:
        credential: For which server.
        before: What was sent.
        code: The server's error, if there was one.
    """
    address = _address(credential)
    if code == _UNKNOWN:
        _versions.pop(address, None)
    elif code in _OLDEST:
        _versions[address] = max(_OLDEST[code], _versions.get(address, 0))
    return parameters(credential) != before


def _newer(version: int) -> dict[str, str]:
    return {name: value for name, (since, value) in _SINCE.items() if version >= since}


def _number(version: str) -> int:
    found = re.match(r"\d+", version)
    return int(found[0]) if found else 0


def _address(credential: Credential) -> tuple[str, int]:
    return credential.host, credential.port
