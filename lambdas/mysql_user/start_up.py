"""What a session begins with, whatever the server's settings and its `init_connect` are.

`SET` is the first statement after the login. It is plain ASCII, without anything that a mode could
read otherwise, and holds no data. The second one reads back what the server made of it.

https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html
https://mariadb.com/kb/en/server-system-variables/
"""

from collections.abc import Mapping, Sequence
from typing import Any

CHARSET = "utf8mb4"

STATEMENT_SECONDS = 4
"""The longest that a statement of ours may take; MySQL can limit what reads alone."""

LOCK_SECONDS = 3
"""The longest wait for any lock; whole seconds."""

_CHARSETS = ("character_set_client", "character_set_connection", "character_set_results")

_ALWAYS: Mapping[str, object] = {
    # What a statement means, and what the server makes of a name when it shows one.
    "sql_quote_show_create": 1,
    "sql_auto_is_null": 0,
    # When a change takes effect.
    "autocommit": 1,
    "completion_type": "NO_CHAIN",
    # Which rows come.
    "sql_select_limit": 2**64 - 1,
    "sql_big_selects": 1,
    "max_sort_length": 1024,
    # How the server words its errors.
    "lc_messages": "en_US",
}

_OF_MYSQL: Mapping[str, object] = {
    # Whatever else a mode changes, an unfit value is an error.
    "sql_mode": "STRICT_ALL_TABLES",
    "print_identified_with_as_hex": 1,
    "transaction_read_only": 0,
    "max_execution_time": 0,
}

_OF_MARIADB: Mapping[str, object] = {
    # Without the second one, a GRANT to a user that is gone makes one that needs no password.
    "sql_mode": "STRICT_ALL_TABLES,NO_AUTO_CREATE_USER",
    "sql_if_exists": 0,
    # With it a user that sets its own verifier is refused, and shut out from then on.
    "old_passwords": 0,
    "tx_read_only": 0,
}


_ROLES_OF_MYSQL = (
    "IF(@@GLOBAL.init_connect = '', '', IF(@@GLOBAL.activate_all_roles_on_login, 'ALL', 'DEFAULT'))"
)
"""With which roles a session began, if `init_connect` may have changed that; the rights of RDS's
admin come by a role. MariaDB's admin has its rights itself, and no way back to a default role."""


def is_mariadb(version: str) -> bool:
    """Whether a server is MariaDB, by the version with which it greets."""
    return "mariadb" in version.lower()


def statement(version: str) -> str:
    """What to say first.

    Args:
        version: The server's.
    """
    values = ", ".join(f"SESSION {name} = {_sql(value)}" for name, value in _wanted(version))
    return f"SET NAMES {CHARSET}, {values}"


def question(version: str) -> str:
    """What to say second.

    It reads the session's account; the roles that have to be set anew, as SET ROLE takes them, or
    nothing; and what was set.
    """
    roles = "''" if is_mariadb(version) else _ROLES_OF_MYSQL
    names = ", ".join(f"@@SESSION.{name}" for name in (*_CHARSETS, *dict(_wanted(version))))
    return f"SELECT CURRENT_USER(), {roles}, {names}"


def strange(version: str, row: Sequence[Any]) -> str | None:
    """The name of a setting that is not what was asked for, if there is one.

    Args:
        version: The server's.
        row: Its answer to `question`, without the account and the roles.
    """
    expected = [*((name, CHARSET) for name in _CHARSETS), *_wanted(version)]
    for (name, value), found in zip(expected, row, strict=True):
        if found != value:
            return name
    return None


def _wanted(version: str) -> Sequence[tuple[str, object]]:
    mariadb = is_mariadb(version)
    limits = {"max_statement_time": STATEMENT_SECONDS} if mariadb else {}
    locks = {
        "lock_wait_timeout": LOCK_SECONDS,
        "innodb_lock_wait_timeout": LOCK_SECONDS,
        # A writer that got stuck frees the fence by itself.
        "wait_timeout": 2 * STATEMENT_SECONDS,
        "net_read_timeout": 2 * STATEMENT_SECONDS,
        "net_write_timeout": 2 * STATEMENT_SECONDS,
    }
    own = _OF_MARIADB if mariadb else _OF_MYSQL
    return [*_ALWAYS.items(), *own.items(), *limits.items(), *locks.items()]


def _sql(value: object) -> str:
    # A text is else taken to be in the connection's character set, which may be one of four bytes.
    return f"_{CHARSET}'{value}'" if isinstance(value, str) else str(value)
