"""PostgreSQL, and a world on it."""

import re
from typing import Any, cast

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from fakes.product import Document, Product
from fakes.world import ADMIN_PASSWORD, FIRST_PASSWORD, World
from local.postgres import PostgresServer
from postgres_user.postgres import Postgres
from postgres_user.scram import verifier
from rotation.secret_text import SecretText

Connection = psycopg.Connection[TupleRow]


class PostgreSQL(Product):
    """A server of PostgreSQL."""

    engine = "postgres"
    target = Postgres
    server: PostgresServer

    def __init__(self, server: PostgresServer) -> None:
        """Names the server, which runs."""
        self.server = server

    def prepare(self, *, admin: str, password: str, dbname: str) -> None:
        """The admin may create schemas in the database, as the one of RDS, who owns it."""
        self.server.create_admin(admin, password)
        self.server.create_database(dbname, self.server.superuser)
        self.run("GRANT CREATE ON DATABASE {} TO {}", dbname, admin, dbname=dbname)

    def log_in(self, document: Document, dbname: str = "") -> Connection:
        """Logs in; to another database than the secret's if told."""
        return self.server.connect(
            document["username"], document["password"], dbname=dbname or document["dbname"]
        )

    def accepts(self, document: Document) -> bool:
        """Whatever the reason of a refusal is."""
        try:
            self.log_in(document).close()
        except psycopg.OperationalError:
            return False
        return True

    def exists(self, username: str) -> bool:
        """Users are roles."""
        return bool(self.ask("SELECT 1 FROM pg_roles WHERE rolname = %s", username))

    def ask(self, query: str, *parameters: str, dbname: str = "postgres") -> list[TupleRow]:
        """Runs a query as the superuser."""
        with self.server.connect(dbname=dbname) as connection:
            return connection.execute(cast("Any", query), parameters).fetchall()

    def run(self, statement: str, *names: str, dbname: str = "postgres") -> list[TupleRow]:
        """Runs a statement as the superuser; each {} becomes one of the names, quoted."""
        composed = sql.SQL(cast("Any", statement)).format(*map(sql.Identifier, names))
        with self.server.connect(dbname=dbname) as connection:
            cursor = connection.execute(composed)
            return cursor.fetchall() if cursor.description else []


class PostgresWorld(World):
    """A world on PostgreSQL, whose sessions are psycopg's."""

    product: PostgreSQL

    def __init__(self, server: PostgresServer, *, dbname: str = "") -> None:
        """Makes the admin, the database and the secrets.

        Args:
            server: The server, which other worlds may share.
            dbname: The database, which is made unless it exists; a usual one if left out.
        """
        super().__init__(PostgreSQL(server), dbname=dbname)
        self.server = server

    def create_login(self, name: str, session: Connection) -> None:
        """Somebody else makes a user with the secret's password, which no log shows."""
        password = verifier(SecretText(FIRST_PASSWORD))
        statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
        session.execute(statement.format(sql.Identifier(name), sql.Literal(password)))

    def as_login(self, document: Document, dbname: str = "") -> Connection:
        """Logs in with a secret's content."""
        return self.product.log_in(document, dbname)

    def as_admin(self) -> Connection:
        """Log in as the admin."""
        return self.server.connect(self.admin, ADMIN_PASSWORD, dbname=self.dbname)

    def as_superuser(self) -> Connection:
        """Log in as the owner of the server."""
        return self.server.connect(dbname=self.dbname)

    def connections(self) -> int:
        """How many logins of this test's users there were so far."""
        pattern = rf"authorized: user=\w+_{self.number}(_clone)? "
        return len(re.findall(pattern, self.server.log.read_text(errors="replace")))

    def ask(self, query: str, *parameters: str) -> list[TupleRow]:
        """Runs a query as the superuser."""
        return self.product.ask(query, *parameters, dbname=self.dbname)

    def run(self, statement: str, *names: str) -> list[TupleRow]:
        """Runs a statement as the superuser; each {} becomes one of the names, quoted."""
        return self.product.run(statement, *names, dbname=self.dbname)
