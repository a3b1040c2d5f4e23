"""PostgreSQL on the bench."""

import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar, Self

import psycopg
import trustme
from pg8000.exceptions import DatabaseError, InterfaceError
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from scramp import ScramException
from scramp.utils import saslprep

from database.alternating_users import AlternatingUsers
from database.single_user import SingleUser
from fakes.postgres import PostgreSQL
from fakes.product import Document, Session
from fakes.world import World
from local.postgres import PostgresServer
from postgres_user import fence
from postgres_user.scram import verifier
from rotated_secret import RotatedSecret, pg8000
from rotation.secret_text import SecretText
from tests.faults.first_packets import FirstPackets
from tests.faults.subject import Hold, Record, Subject, UnavailableError, Untrusted
from tests.faults.subjects.postgresql_settings import PostgreSQLSettings
from tests.postgres_user.impostor import (
    SSL_REQUEST,
    Behaviour,
    Impostor,
    certificate,
    garbling,
    hanging_up,
    silent,
    silent_after_tls,
    with_certificate,
    without_tls,
)
from tests.postgres_versions import UnavailableError as NoProgramsError
from tests.postgres_versions import binaries

_SETTINGS = {
    "max_connections": "300",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.max": "100000",
    "track_commit_timestamp": "on",
}

_CATALOGS = """
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
    SELECT pg_authid::text FROM pg_authid
    UNION ALL SELECT pg_auth_members::text FROM pg_auth_members
    UNION ALL SELECT pg_db_role_setting::text FROM pg_db_role_setting
    UNION ALL SELECT pg_shdescription::text FROM pg_shdescription
    UNION ALL SELECT pg_namespace::text FROM pg_namespace WHERE nspname !~ '^pg_'
    UNION ALL SELECT pg_database::text FROM pg_database
    UNION ALL SELECT pg_shdepend::text FROM pg_shdepend
) AS everything (line)
"""
"""Roles with their verifiers, memberships, settings, marks, schemas and who owns what."""

_COMMITTED = (
    "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8"
    " FROM pg_authid WHERE rolname = %s"
)

_ADMIN_IS_MEMBER = (
    "SELECT 1 FROM pg_auth_members WHERE roleid = %s::regrole AND member = %s::regrole"
    " AND grantor = member"
)

_OWN_SCHEMA = "SELECT 1 FROM pg_namespace WHERE nspname = %s AND nspowner::regrole::text = nspname"

_DRIP_SECONDS = 0.5


class PostgreSQLSubject(PostgreSQL, Subject):
    """A PostgreSQL that takes nothing but SCRAM over TLS and logs every statement."""

    strategies: ClassVar = {strategy.name: strategy for strategy in (SingleUser, AlternatingUsers)}
    # https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
    first_packets = FirstPackets(
        to_server=lambda _: len(SSL_REQUEST),
        to_client=lambda _: 1,
    )
    refusals = (psycopg.Error, DatabaseError, InterfaceError, OSError)
    wait = "postgres_user.connection.WAIT_SECONDS"
    impatience: ClassVar = {
        wait: 3.0,
        "postgres_user.fence.PATIENCE_SECONDS": 0.2,
        "postgres_user.postgres.LOCK_SECONDS": 0.2,
    }
    versions = ("13.23", "14.23", "15.18", "16.14", "18.4")

    def __init__(self, server: PostgresServer) -> None:
        """Reads the log from here on.

        Args:
            server: A running server.
        """
        super().__init__(server)
        [[version]] = self.ask("SHOW server_version")
        self.name = f"PostgreSQL {version.split()[0]}"
        self._log_before = server.log.stat().st_size

    @classmethod
    @contextmanager
    def started(cls, version: str = "") -> Iterator[Self]:
        """Another version has no `pg_stat_statements`: it is for settings alone."""
        try:
            programs = binaries(version) if version else None
        except NoProgramsError as error:
            raise UnavailableError(str(error)) from error
        with PostgresServer(settings=None if version else _SETTINGS, binaries=programs) as server:
            subject = cls(server)
            if not version:
                subject.run("CREATE EXTENSION pg_stat_statements")
            yield subject

    def forget(self) -> None:
        """The log is read from the size that it has now."""
        self.run("SELECT pg_stat_statements_reset()")
        self._log_before = self.server.log.stat().st_size

    def records(self) -> Iterator[Record]:
        """The log, and `pg_stat_statements`."""
        log = self.server.log.read_bytes()[self._log_before :].decode(errors="replace")
        altered = len(re.findall(r"statement: .*ALTER ROLE .* PASSWORD ", log))
        statements = self.ask("SELECT query FROM pg_stat_statements")
        yield Record("the server's log", log, f"{altered} changes of passwords")
        yield Record(
            "pg_stat_statements",
            "\n".join(query for [query] in statements),
            f"{len(statements)} statements",
        )

    def connect(self, secret: RotatedSecret) -> Session:
        """As our sample consumer does."""
        session: Session = pg8000.connect(secret)
        return session

    def can_log_in(self, username: str) -> bool:
        """SCRAM takes no characters that are newer than its Unicode (RFC 4013)."""
        try:
            saslprep(username)
        except ScramException:
            return False
        return True

    def create_login(self, username: str, password: str, *, dbname: str) -> None:
        """Sends a verifier; everyone may use the database."""
        del dbname
        self._say("CREATE ROLE {} LOGIN PASSWORD {}", username, password)

    def set_password(self, username: str, password: str) -> None:
        """Sends a verifier."""
        self._say("ALTER ROLE {} PASSWORD {}", username, password)

    def drop_login(self, username: str) -> None:
        """It owns nothing."""
        self.run("DROP ROLE {}", username)

    def shut_out(self, username: str) -> None:
        """The password stays."""
        self.run("ALTER ROLE {} NOLOGIN", username)

    def let_in(self, username: str) -> None:
        """With the password that it has."""
        self.run("ALTER ROLE {} LOGIN", username)

    def lets_in(self, username: str) -> bool:
        """A role that is no login is no user."""
        found = self.ask("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolcanlogin", username)
        return bool(found)

    def strangers(self, world: World) -> list[str]:
        """Roles of the server, and one that means everyone."""
        return [self.server.superuser, world.admin, "pg_monitor", "no_such_user", "public"]

    @contextmanager
    def catalogs(self) -> Iterator[Callable[[], str]]:
        """A superuser's session."""
        with self.server.connect() as session:
            yield lambda: str(session.execute(_CATALOGS).fetchone())

    def holds(self, strategy: str) -> Mapping[str, Hold]:
        """The clone's table counts where there is a clone."""
        found: dict[str, Hold] = {"rows of the users": self._rows, "advisory lock": self._lock}
        if strategy == "alternating":
            found["table of the clone"] = self._table
        return found

    def _rows(self, world: World) -> AbstractContextManager[None]:
        """Someone changes both users, and does not commit."""
        users = [user for user in (world.user, world.clone) if self.exists(user)]
        return self._holding(
            world, "BEGIN", *(f"ALTER ROLE {user} CONNECTION LIMIT 99" for user in users)
        )

    def _lock(self, world: World) -> AbstractContextManager[None]:
        """A session that is none of ours holds the lock of the fence."""
        return self._holding(world, f"SELECT pg_advisory_lock({fence._key(world.user)})")

    @contextmanager
    def _table(self, world: World) -> Iterator[None]:
        """Someone reads a table that has to be handed over from the clone to the base.

        AWS's own function leaves such tables: its clones don't act as the base.
        """
        user, clone = world.user, world.clone
        self.run("CREATE TABLE {}.of_the_clone (id int)", user, dbname=world.dbname)
        self.run("ALTER TABLE {}.of_the_clone OWNER TO {}", user, clone, dbname=world.dbname)
        with self._holding(world, "BEGIN", f"SELECT FROM {user}.of_the_clone"):
            yield

    @contextmanager
    def _holding(self, world: World, *statements: str) -> Iterator[None]:
        with self.server.connect(dbname=world.dbname) as someone:
            for statement in statements:
                someone.execute(statement.encode())
            yield
            someone.execute("ROLLBACK")

    def untrusted(self, known: trustme.CA) -> Mapping[str, Untrusted]:
        """They are sent the question whether they speak TLS."""
        servers = {
            "without TLS": without_tls,
            "of an unknown authority": with_certificate(certificate(trustme.CA(), "localhost")),
            "of another name": with_certificate(certificate(known, "elsewhere")),
        }
        return {name: Untrusted(does, SSL_REQUEST.__eq__) for name, does in servers.items()}

    def silent(self, known: trustme.CA) -> Mapping[str, Behaviour]:
        """With and without an answer to the question for TLS."""
        return {
            "silent": silent,
            "silent after the question for TLS": silent_after_tls,
            "silent after the login began": _silent_within(certificate(known, "localhost")),
            "sending a byte now and then": _dripping,
            "sending nonsense": garbling,
            "hanging up": hanging_up,
        }

    def changed_at(self, username: str) -> float:
        """The server has to keep times of commits (`track_commit_timestamp`)."""
        [[committed]] = self.ask(_COMMITTED, username)
        return float(committed)

    def create_table(self, owner: Document, table: str) -> None:
        """In its own schema."""
        create = sql.SQL("CREATE TABLE IF NOT EXISTS {} (id int)")
        with self.log_in(owner) as session:
            session.execute(create.format(sql.Identifier(table)))

    def insert(self, login: Document, owner: str, table: str) -> str:
        """A row."""
        insert = sql.SQL("INSERT INTO {}.{} VALUES (1)")
        try:
            with self.log_in(login) as session:
                session.execute(insert.format(sql.Identifier(owner), sql.Identifier(table)))
        except InsufficientPrivilege as error:
            return str(error)
        return ""

    def unmade(self, world: World) -> list[str]:
        """A schema."""
        found = self.ask(_OWN_SCHEMA, world.user, dbname=world.dbname)
        return [] if found else ["The user has no schema"]

    def excess(self, world: World, owner: str) -> list[str]:
        """The admin acts as the owner for a moment."""
        found = self.ask(_ADMIN_IS_MEMBER, owner, world.admin)
        return [f"The admin is still a member of {owner}"] if found else []

    def settings(self, world: World) -> PostgreSQLSettings:
        """Those of roles and of the database."""
        return PostgreSQLSettings(self, world)

    def _say(self, statement: str, username: str, password: str) -> None:
        text = sql.Literal(verifier(SecretText(password)))
        with self.server.connect() as someone:
            someone.execute(sql.SQL(statement).format(sql.Identifier(username), text))


def _silent_within(context: ssl.SSLContext) -> Behaviour:
    def behaviour(server: Impostor, connection: socket.socket) -> None:
        server.read(connection)
        connection.sendall(b"S")
        with context.wrap_socket(connection, server_side=True):
            server.wait()

    return behaviour


def _dripping(server: Impostor, connection: socket.socket) -> None:
    """Never lets a read time out, and never gets to the point."""
    server.read(connection)
    connection.sendall(b"S")
    for byte in b"\x16\x03\x03\x40\x00" + bytes(100):
        time.sleep(_DRIP_SECONDS)
        connection.sendall(bytes([byte]))
