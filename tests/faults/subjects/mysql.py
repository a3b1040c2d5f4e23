"""MySQL and MariaDB on the bench."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import ClassVar, Self

import pymysql
import trustme

from database.alternating_users import AlternatingUsers
from database.dual_passwords import DualPasswords
from database.single_user import SingleUser
from fakes.mysql import MySQLFamily, execute
from fakes.product import Document, Session
from fakes.world import World
from local import mariadb
from local.database_errors import BinariesNotFoundError
from local.debian import DebianPackageError
from local.mariadb import MariaDBServer
from local.mysql import MySQLServer
from local.mysql_client import quoted
from mysql_user import fence
from mysql_user.product import product_of
from mysql_user.sql import schema
from rotated_secret import RotatedSecret
from rotated_secret import pymysql as adapter
from rotation.secret_text import SecretText
from tests.faults.first_packets import FirstPackets
from tests.faults.subject import Hold, Record, Subject, UnavailableError, Untrusted
from tests.faults.subjects import mysql_impostors
from tests.faults.subjects.mysql_settings import MySQLSettings
from tests.postgres_user.impostor import Behaviour

_SETTINGS = {
    "max_connections": "400",
    # Handshakes break here all the time, and all come from one address.
    "max_connect_errors": "1000000000",
    "performance_schema_events_statements_history_long_size": "100000",
    "performance_schema_max_sql_text_length": "4096",
    "performance_schema_digests_size": "20000",
}

_STATEMENTS = {
    "events_statements_history_long": "SQL_TEXT",
    "events_statements_history": "SQL_TEXT",
    "events_statements_current": "SQL_TEXT",
    "events_statements_summary_by_digest": "DIGEST_TEXT",
    "threads": "PROCESSLIST_INFO",
}
"""Where `performance_schema` has texts of statements."""

_CHANGED = re.compile(rb"(?:ALTER|CREATE) USER|SET PASSWORD")

_ERROR_LOG = "the error log"

_COMMON_TABLES = ("db", "tables_priv", "columns_priv", "procs_priv", "proxies_priv")

_ENDED = """
SELECT UNIX_TIMESTAMP(NOW(6)) - (here.TIMER_START - there.TIMER_END) / 1e12
FROM performance_schema.events_statements_current AS here
JOIN performance_schema.threads USING (THREAD_ID)
JOIN performance_schema.events_statements_history_long AS there
WHERE PROCESSLIST_ID = CONNECTION_ID() AND there.ERRORS = 0
    AND (there.SQL_TEXT LIKE %s OR there.SQL_TEXT LIKE 'SET PASSWORD = %%')
ORDER BY there.TIMER_END DESC LIMIT 1
"""
"""The end of the last change by the clock: timers count from the server's start.

A user who changes its own password is not named in the statement: nobody else may do so meanwhile.
"""


def _packet(data: bytes) -> int:
    """https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html."""
    header = 4
    return header + int.from_bytes(data[:3], "little") if len(data) >= header else 0


class MySQLSubject(MySQLFamily, Subject):
    """A MySQL that takes nothing but TLS and keeps all that it is sent, in all of its logs."""

    engine = "mysql"
    strategies: ClassVar = {
        strategy.name: strategy for strategy in (SingleUser, AlternatingUsers, DualPasswords)
    }
    # The greeting, and the question for TLS.
    first_packets = FirstPackets(to_server=_packet, to_client=_packet)
    refusals = (pymysql.MySQLError, OSError)
    wait = "mysql_user.connection.WAIT_SECONDS"
    impatience: ClassVar = {
        wait: 3.0,
        "mysql_user.fence.PATIENCE_SECONDS": 2,
        "mysql_user.mysql.LOCK_SECONDS": 0.2,
        "mysql_user.start_up.LOCK_SECONDS": 1,
    }
    versions: ClassVar[tuple[str, ...]] = ()
    workers = 4
    """Statements about users lock the server's tables of them, and wait for each other."""
    tables: ClassVar[tuple[str, ...]] = (
        *("user", "global_grants", "role_edges", "default_roles", "password_history"),
        *_COMMON_TABLES,
    )
    """What the server keeps about users, in the schema `mysql`."""

    def __init__(self, server: MariaDBServer | MySQLServer) -> None:
        """Reads logs from here on.

        Args:
            server: A running server.
        """
        super().__init__(server)
        [[version]] = self.run("SELECT VERSION()")
        self.name = f"{server.product} {version.partition('-')[0]}"
        self._product = product_of(mariadb=self.mariadb)
        self._read_before = self._sizes()

    @classmethod
    def _server(cls, version: str) -> MariaDBServer | MySQLServer:
        del version  # there is one
        return MySQLServer(settings=_SETTINGS)

    @classmethod
    @contextmanager
    def started(cls, version: str = "") -> Iterator[Self]:
        """All versions keep the same."""
        try:
            server = cls._server(version)
            server.start()
        except (BinariesNotFoundError, DebianPackageError) as error:
            raise UnavailableError(str(error)) from error
        try:
            yield cls(server)
        finally:
            server.stop()

    def forget(self) -> None:
        """Logs are read from the sizes that they have now."""
        for table in _STATEMENTS:
            if table != "threads":
                self.run(f"TRUNCATE performance_schema.{table}")
        self._read_before = self._sizes()

    def records(self) -> Iterator[Record]:
        """The logs, and `performance_schema`."""
        for place, files in self._logs().items():
            parts = [file.read_bytes()[self._read_before.get(file, 0) :] for file in files]
            log = b"".join(parts)
            changes = len(_CHANGED.findall(log))
            note = f"{len(log):,} bytes" + (f", {changes} changes of passwords" if changes else "")
            text, optional = log.decode(errors="replace"), place == _ERROR_LOG
            yield Record(place, text, note, optional)
        rows = [
            row
            for table, column in _STATEMENTS.items()
            for row in self.run(f"SELECT {column} FROM performance_schema.{table}")  # noqa: S608
        ]
        texts = [_text(row[0]) for row in rows]
        yield Record("performance_schema", "\n".join(texts), f"{len(texts)} statements")

    def connect(self, secret: RotatedSecret) -> Session:
        """With PyMySQL."""
        session: Session = adapter.connect(secret)
        return session

    def can_log_in(self, username: str) -> bool:
        """Whatever is kept as it is."""
        return bool(username)

    def create_login(self, username: str, password: str, *, dbname: str) -> None:
        """Sends a verifier."""
        user, identified = self._account(username), self._identified(password)
        self.run(f"CREATE USER {user} {identified}")
        self.run(f"GRANT SELECT ON {schema(dbname, patterns=True)}.* TO {user}")

    def set_password(self, username: str, password: str) -> None:
        """Sends a verifier; no second password stays."""
        self.run(f"ALTER USER {self._account(username)} {self._identified(password)}")
        if not self.mariadb:
            self.run(f"ALTER USER {self._account(username)} DISCARD OLD PASSWORD")

    def drop_login(self, username: str) -> None:
        """With its rights."""
        self.run(f"DROP USER {self._account(username)}")

    def shut_out(self, username: str) -> None:
        """The password stays."""
        self.run(f"ALTER USER {self._account(username)} ACCOUNT LOCK")

    def let_in(self, username: str) -> None:
        """With the password that it has."""
        self.run(f"ALTER USER {self._account(username)} ACCOUNT UNLOCK")

    def lets_in(self, username: str) -> bool:
        """One that is being made is locked until it is done."""
        if not self.exists(username):
            return False
        [[shown], *_] = self.run(f"SHOW CREATE USER {self._account(username)}")
        return " ACCOUNT LOCK" not in shown

    def strangers(self, world: World) -> list[str]:
        """Users of the server, and names that have a meaning."""
        return ["rdsadmin", world.admin, "mariadb.sys", "mysql.sys", "no_such_user", "PUBLIC"]

    @contextmanager
    def catalogs(self) -> Iterator[Callable[[], str]]:
        """A superuser's session, which no log shows."""
        queries = [f"SELECT * FROM mysql.{table}" for table in self.tables]  # noqa: S608
        queries += ["SELECT * FROM information_schema.SCHEMATA"]
        with self.server.connect() as session:
            execute(session, "SET sql_log_off = 1, long_query_time = 3e7")

            def state() -> str:
                found = [sorted(map(repr, execute(session, query))) for query in queries]
                return hashlib.sha256(repr(found).encode()).hexdigest()

            yield state

    def holds(self, strategy: str) -> Mapping[str, Hold]:
        """What is held is held for the whole server."""
        del strategy
        return {
            "lock of the fence": self._lock,
            "read lock on all tables": self._read_lock,
        }

    def _lock(self, world: World) -> AbstractContextManager[None]:
        """A session that is none of ours holds the lock of the fence."""
        name = fence._name("rotation", world.user)
        return self._holding(f"SELECT GET_LOCK('{name}', 0)")

    def _read_lock(self, world: World) -> AbstractContextManager[None]:
        """Someone makes a backup."""
        del world
        return self._holding("FLUSH TABLES WITH READ LOCK")

    @contextmanager
    def _holding(self, statement: str) -> Iterator[None]:
        with self.server.connect() as someone:
            execute(someone, statement)
            yield

    def untrusted(self, known: trustme.CA) -> Mapping[str, Untrusted]:
        """See `mysql_impostors`."""
        return mysql_impostors.untrusted(known)

    def silent(self, known: trustme.CA) -> Mapping[str, Behaviour]:
        """See `mysql_impostors`."""
        return mysql_impostors.silent(known)

    def changed_at(self, username: str) -> float:
        """When the last statement ended that changed it.

        MySQL shows it with other quotes than it was sent with.
        """
        [[ended]] = self.run(_ENDED, f"ALTER USER _{username}_@_%_ IDENTIFIED %")
        return float(ended)

    def create_table(self, owner: Document, table: str) -> None:
        """In its own schema."""
        with self.log_in(owner) as session:
            execute(session, f"CREATE TABLE IF NOT EXISTS {quoted(table)} (id int)")

    def insert(self, login: Document, owner: str, table: str) -> str:
        """A row."""
        place = f"{quoted(self.database(owner, shared=''))}.{quoted(table)}"
        return self._refusal(login, f"INSERT INTO {place} VALUES (1)")  # noqa: S608

    def unmade(self, world: World) -> list[str]:
        """A schema in which it may do anything."""
        statements = ("CREATE TABLE made (id int)", "DROP TABLE made")
        document = world.document()
        if not self.accepts(document):
            return []  # which is told as an outage
        return [why for each in statements if (why := self._refusal(document, each))]

    def excess(self, world: World, owner: str) -> list[str]:
        """The user writes to tables, and makes none."""
        place = quoted(self.database(owner, shared=""))
        refusal = self._refusal(world.document(), f"CREATE TABLE {place}.more (id int)")
        return [] if refusal else [f"The user may create tables where {owner} works"]

    def settings(self, world: World) -> MySQLSettings:
        """Those of the server and of the users."""
        return MySQLSettings(self, world)

    def _refusal(self, login: Document, statement: str) -> str:
        try:
            with self.log_in(login) as session:
                execute(session, statement)
        except pymysql.MySQLError as error:
            return str(error)
        return ""

    def _account(self, username: str) -> str:
        return f"{quoted(username)}@'%'"

    def _identified(self, password: str) -> str:
        return self._product.identified(self._product.plugins[0], SecretText(password))

    def _logs(self) -> dict[str, list[Path]]:
        self.run("FLUSH LOGS")
        return {
            "the general log": [self.server.general_log],
            "the slow log": [self.server.slow_log],
            "the binary log": self.server.binary_logs,
            _ERROR_LOG: [self.server.log],
        }

    def _sizes(self) -> dict[Path, int]:
        return {file: file.stat().st_size for files in self._logs().values() for file in files}


class MariaDBSubject(MySQLSubject):
    """A MariaDB; likewise."""

    engine = "mariadb"
    versions = tuple(version for version in mariadb.RELEASES if version != mariadb.VERSION)
    tables = ("global_priv", "roles_mapping", *_COMMON_TABLES)

    @classmethod
    def _server(cls, version: str) -> MariaDBServer:
        binaries = mariadb.binaries(version) if version else None
        return MariaDBServer(settings=_SETTINGS, binaries=binaries)


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
