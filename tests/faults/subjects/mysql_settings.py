"""Settings of a MySQL or MariaDB, of its users and of a schema that nobody would want.

They are made from the server's own list of variables, so that a version brings its own.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Self

import pymysql

from fakes.mysql import MySQLFamily, Row, execute
from fakes.world import World
from local.mysql_client import quoted
from mysql_user.sql import Run
from mysql_user.user import User
from mysql_user.verifiers import verifies
from rotation.secret_text import SecretText
from tests.faults.settings import Hostile, Settings

_OF_MARIADB = """
SELECT VARIABLE_NAME, VARIABLE_TYPE, NUMERIC_MIN_VALUE, NUMERIC_MAX_VALUE, ENUM_VALUE_LIST
FROM information_schema.SYSTEM_VARIABLES
WHERE READ_ONLY = 'NO' AND (VARIABLE_SCOPE = 'SESSION' OR VARIABLE_NAME IN %s) ORDER BY 1
"""
"""A session begins with the global value of each of its variables."""

_OF_MYSQL = """
SELECT VARIABLE_NAME, DATA_TYPE, MIN_VALUE, MAX_VALUE, NULL
FROM performance_schema.variables_metadata
WHERE VARIABLE_SCOPE = 'SESSION' OR VARIABLE_NAME IN %s ORDER BY 1
"""

_GLOBAL = (
    *("init_connect", "read_only", "max_user_connections"),
    *("automatic_sp_privileges", "default_password_lifetime"),
    *("password_history", "password_reuse_interval", "password_require_current"),
    *("strict_password_validation", "activate_all_roles_on_login", "mandatory_roles"),
    *("authentication_policy", "local_infile", "max_prepared_stmt_count", "net_buffer_length"),
)
"""What is said for all sessions at once, and may change what ours do."""

_TEXTS = ("", 'it\'s "odd" \\ `; -- % {}', "nobody_of_this_name", "on", "0")

_WORDS: Mapping[str, tuple[str, ...]] = {
    "init_connect": (
        "SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT'",
        "SET NAMES sjis",
        "SET NAMES gbk",
        "SET SESSION autocommit = 0",
        "SET SESSION TRANSACTION READ ONLY",
        "SET SESSION sql_quote_show_create = 0",
        "SET SESSION sql_select_limit = 0",
        "SET SESSION completion_type = 'RELEASE'",
        "SET ROLE NONE",
        "DO GET_LOCK('rotation', 0)",
        "START TRANSACTION",
        "this is no SQL",
    ),
    "time_zone": ("+12:59", "-12:59"),
    "lc_time_names": ("ja_JP",),
    "lc_messages": ("ja_JP", "de_DE"),
    "transaction_isolation": ("SERIALIZABLE", "READ-UNCOMMITTED"),
    "tx_isolation": ("SERIALIZABLE", "READ-UNCOMMITTED"),
    "sql_mode": (
        "ANSI_QUOTES",
        "NO_BACKSLASH_ESCAPES",
        "PIPES_AS_CONCAT",
        "IGNORE_SPACE",
        "PAD_CHAR_TO_FULL_LENGTH",
        "HIGH_NOT_PRECEDENCE",
        "REAL_AS_FLOAT",
        "ORACLE",
        "MSSQL",
        "ANSI",
        "TRADITIONAL",
    ),
}
"""Texts that a variable understands."""

_CHARSETS = (
    *("sjis", "cp932", "gbk", "big5", "gb18030", "euckr", "ujis", "eucjpms"),
    *("latin1", "ascii", "binary", "swe7", "utf8mb3", "utf8mb4"),
)
"""First those in which a byte of ASCII may be a part of another character."""

_OPTIONS = {
    "REQUIRE": ("NONE", "SSL"),
    "WITH MAX_QUERIES_PER_HOUR": ("1", "100000"),
    # Not so few that a rotation ends in its middle: what is left then, crashes show.
    "WITH MAX_UPDATES_PER_HOUR": ("100000",),
    "WITH MAX_CONNECTIONS_PER_HOUR": ("100000",),
    "WITH MAX_USER_CONNECTIONS": ("1", "100"),
    "PASSWORD EXPIRE": ("INTERVAL 1 DAY", "NEVER"),
}
"""What ALTER USER says, and how it may go on."""

_OF_MARIADB_ALONE = {"WITH MAX_STATEMENT_TIME": ("0.001", "100")}
_OF_MYSQL_ALONE = {
    "PASSWORD HISTORY": ("5",),
    "PASSWORD REUSE INTERVAL": ("365 DAY",),
    "PASSWORD REQUIRE CURRENT": ("",),
    "FAILED_LOGIN_ATTEMPTS": ("1", "3"),
    "PASSWORD_LOCK_TIME": ("UNBOUNDED", "1"),
}

_SERVER = "the server"
_SCHEMA = "the schema"

_SECRET = re.compile(
    r" IDENTIFIED .*?(?= REQUIRE| WITH|$)| REQUIRE SSL| MAX_\w+ [\d.]+| WITH(?! GRANT)"
)
"""What SHOW GRANTS of MariaDB tells besides grants."""


class MySQLSettings(Settings):
    """Those of the server, of a schema, and of the two users and the admin.

    The superuser's session was there before the settings, which apply to later ones.
    """

    # No login gets past them, or no change: no other one is noticed beside them.
    alone = frozenset(
        {"init_connect", "max_session_mem_used", "read_only", *_OPTIONS}
        | {*_OF_MARIADB_ALONE, *_OF_MYSQL_ALONE, "max_user_connections", "mandatory_roles"}
    )

    def __init__(self, product: MySQLFamily, world: World) -> None:
        """Nothing is set yet.

        Args:
            product: Where.
            world: Whose users it is about.
        """
        self._world = world
        self._product = product
        self._session = product.server.connect()
        self._users = {
            "the base": world.user,
            "the clone": world.clone,
            "the admin": world.admin,
        }
        self._variables = self._of_the_server(product)
        self._before = {name: self._value(name) for name in self._variables}
        self._changed: set[str] = set()
        self.scopes = (_SERVER, _SCHEMA, *self._users)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def values(self, scope: str) -> Mapping[str, list[str]]:
        """Variables, character sets, or what ALTER USER can say."""
        if scope == _SERVER:
            return self._variables
        if scope == _SCHEMA:
            return {"CHARACTER SET": list(_CHARSETS)}
        own = _OF_MARIADB_ALONE if self._product.mariadb else _OF_MYSQL_ALONE
        return {name: list(found) for name, found in {**_OPTIONS, **own}.items()}

    def set(self, case: Hostile) -> bool:
        """The superuser may set what the owner of a parameter group may."""
        try:
            if case.scope == _SERVER:
                self._assign(case.name, _typed(case.value))
                self._changed.add(case.name)
            elif case.scope == _SCHEMA:
                self._run(f"ALTER DATABASE {quoted(self._world.dbname)} {case.name} {case.value}")
            else:
                self._alter(self._users[case.scope], f"{case.name} {case.value}")
        except pymysql.MySQLError:
            return False
        return True

    def reset(self) -> None:
        """Also those that a rotation has copied."""
        while self._changed:
            name = self._changed.pop()
            self._assign(name, self._before[name])
        self._run(f"ALTER DATABASE {quoted(self._world.dbname)} CHARACTER SET utf8mb4")
        usual = (
            " WITH MAX_QUERIES_PER_HOUR 0 MAX_UPDATES_PER_HOUR 0 MAX_CONNECTIONS_PER_HOUR 0"
            f" MAX_USER_CONNECTIONS 0{' MAX_STATEMENT_TIME 0' * self._product.mariadb}"
            " PASSWORD EXPIRE DEFAULT"
        )
        if not self._product.mariadb:
            usual += (
                " PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT"
                " PASSWORD REQUIRE CURRENT DEFAULT FAILED_LOGIN_ATTEMPTS 0 PASSWORD_LOCK_TIME 0"
            )
        for user in self._present():
            required = "NONE" if user == self._world.admin else "SSL"
            self._alter(user, f"REQUIRE {required}{usual}")
        self._run("FLUSH USER_RESOURCES")

    def state(self) -> frozenset[str]:
        """Grants, marks among them, users and schemas."""
        found = {repr(row) for row in self._run("SELECT User, Host FROM mysql.user")}
        found |= {
            repr(row) for row in self._run("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA")
        }
        for user in self._present():
            rows = self._run(f"SHOW GRANTS FOR {quoted(user)}@'%'")
            found |= {_SECRET.sub("", str(row[0])) for row in rows}
        return frozenset(found)

    def verifiers(self) -> Mapping[str, str]:
        """As SHOW CREATE USER shows them."""
        return {name: repr(self._user(name).methods) for name in self._present()}

    def knows(self, username: str, password: str) -> bool:
        """By the verifiers alone; MySQL shows that of a second password in its table only."""
        user, secret = self._user(username), SecretText(password)
        if self._product.mariadb or user.accepts(secret):
            return user.accepts(secret)
        [[second]] = self._run(
            "SELECT User_attributes->>'$.additional_password' FROM mysql.user WHERE User = %s",
            username,
        )
        plugins = {method.plugin for method in user.methods}
        return second is not None and any(verifies(p, second.encode(), secret) for p in plugins)

    def drop_clone(self) -> None:
        """It owns nothing."""
        self._run(f"DROP USER {quoted(self._world.clone)}@'%'")

    def drop_login(self, username: str) -> None:
        """With its schema."""
        self._run(f"DROP USER {quoted(username)}@'%'")
        self._run(f"DROP DATABASE {quoted(self._product.database(username, shared=''))}")

    def untold(self, log: str) -> list[str]:
        """The clone is made like the base when it rests; until then it may differ."""
        del log
        if self._world.document()["username"] != self._world.clone:
            return []
        base, clone = map(self._user, (self._world.user, self._world.clone))
        return [changes] if (changes := base.changes_to(clone)) else []

    def names(self, error: str, name: str) -> bool:
        """In the server's words, or in ours."""
        words = re.sub("[-_]", " ", error.lower())
        words = words.replace("max questions", "max queries per hour")  # as MySQL calls it
        last = re.sub("[-_]", " ", name.removeprefix("WITH ").lower())
        return last in words

    def _present(self) -> list[str]:
        """A rotation that failed may have left the clone away."""
        names = tuple(self._users.values())
        rows = self._run("SELECT User FROM mysql.user WHERE User IN %s ORDER BY 1", names)
        return [str(name) for [name] in rows]

    def _run(self, statement: str, *parameters: object, doing: str = "") -> list[Row]:
        del doing
        return execute(self._session, statement, *parameters)

    def _user(self, username: str) -> User:
        run: Run = self._run
        return User.of(run, username, "%")

    def _alter(self, username: str, options: str) -> None:
        self._run(f"ALTER USER {quoted(username)}@'%' {options}")

    def _value(self, name: str) -> object:
        [[value]] = self._run(f"SELECT @@GLOBAL.{name}")
        return value

    def _assign(self, name: str, value: object) -> None:
        # A number that is no whole one is a DECIMAL, which some variables don't take.
        self._run(f"SET GLOBAL {name} = %s", value)

    def _of_the_server(self, product: MySQLFamily) -> dict[str, list[str]]:
        rows = self._run(_OF_MARIADB if product.mariadb else _OF_MYSQL, _GLOBAL)
        found = {}
        for name, *facts in rows:
            key = str(name).lower()
            words = _CHARSETS if key.startswith("character_set_") else _WORDS.get(key, ())
            found[key] = [*words, *_of_type(*map(_text, facts))]
        return found


def _of_type(kind: str, least: str, most: str, words: str) -> Iterator[str]:
    kind = kind.upper()
    if kind == "BOOLEAN":
        yield from ("1", "0")
    elif kind in {"ENUM", "ENUMERATION"}:
        yield from words.split(",") if words else map(str, range(5))
    elif kind in {"SET", "FLAGSET"}:
        yield from ["", *words.split(",")] if words else [str(2**bit) for bit in range(20)]
    elif least and most:
        low, high = float(least), min(float(most), 2.0**62)
        numbers = (low, high, min(high, low + 1), min(high, max(low, 50.0)), math.sqrt(high))
        yield from dict.fromkeys(str(int(number)) for number in numbers)
    else:
        yield from _TEXTS


def _typed(value: str) -> object:
    return int(value) if re.fullmatch(r"-?\d+", value) else value


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.decode() if isinstance(value, bytes) else str(value)
