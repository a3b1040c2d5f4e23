"""MySQL and MariaDB, and a world on either."""

from typing import Any, TypeAlias, cast

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from database.dual_passwords import DualPasswords
from fakes.product import Document, Product
from fakes.world import ADMIN_PASSWORD, World
from local.mariadb import MariaDBServer
from local.mysql import MySQLServer
from local.mysql_client import quoted
from mysql_user.mysql import MySQL
from rotation.handler import rotation_handler

Session: TypeAlias = "Connection[Cursor]"
Row = tuple[Any, ...]


class MySQLFamily(Product):
    """A server of MySQL or MariaDB.

    Attributes:
        mariadb: Whether it is MariaDB.
    """

    engine = "mysql"
    target = MySQL
    server: MariaDBServer | MySQLServer

    def __init__(self, server: MariaDBServer | MySQLServer) -> None:
        """Names the server, which runs."""
        self.server = server
        self.mariadb = isinstance(server, MariaDBServer)

    def prepare(self, *, admin: str, password: str, dbname: str) -> None:
        """A schema is made, if at all, with the user whose it is."""
        del dbname
        self.server.create_admin(admin, password)

    def database(self, username: str, *, shared: str) -> str:
        """Its own: rights are all that tells whose a schema is."""
        del shared
        return f"of_{username}"

    def log_in(self, document: Document) -> Session:
        """Logs in, to the secret's schema if it names one."""
        return self.server.connect(
            document["username"], document["password"], dbname=document.get("dbname")
        )

    def accepts(self, document: Document) -> bool:
        """Whatever the reason of a refusal is."""
        try:
            self.log_in(document).close()
        except pymysql.MySQLError:
            return False
        return True

    def exists(self, username: str) -> bool:
        """From whichever host."""
        return bool(self.run("SELECT 1 FROM mysql.user WHERE User = %s", username))

    def run(self, statement: str, *parameters: object) -> list[Row]:
        """Runs a statement as the superuser; no log has it."""
        with self.server.connect() as session:
            execute(session, "SET SESSION sql_log_bin = 0, sql_log_off = 1, long_query_time = 3e7")
            return execute(session, statement, *parameters)


class MySQLWorld(World):
    """A world on MySQL or MariaDB, whose sessions are PyMySQL's. Its schema is its own."""

    product: MySQLFamily

    def __init__(self, server: MariaDBServer | MySQLServer) -> None:
        """Makes the admin and the secrets.

        Args:
            server: The server, which other worlds may share.
        """
        super().__init__(MySQLFamily(server))
        self.server = server
        self.mariadb = self.product.mariadb
        self.dual = rotation_handler(DualPasswords(MySQL), cast("Any", self.secrets))

    def __post_init__(self) -> None:
        self.dbname = f"data_{self.number}"
        super().__post_init__()

    def application(self, **changes: object) -> Document:
        """Another login has another schema: rights are on schemas, where nobody owns anything."""
        if "username" in changes and changes["username"] != self.user:
            dbname = self.product.database(str(changes["username"]), shared=self.dbname)
            changes = {"dbname": dbname, **changes}
        return super().application(**changes)

    def as_login(self, document: Document) -> Session:
        """Logs in with a secret's content."""
        return self.product.log_in(document)

    def as_admin(self) -> Session:
        """Log in as the admin."""
        return self.server.connect(self.admin, ADMIN_PASSWORD)

    def run(self, statement: str, *names: str) -> list[Row]:
        """Runs a statement as the superuser; each {} becomes one of the names, quoted."""
        return self.product.run(statement.format(*map(quoted, names)))

    def connections(self) -> int:
        """How many logins of this test's users there were so far."""
        with self.server.connect() as session:
            [[count]] = execute(
                session,
                "SELECT SUM(TOTAL_CONNECTIONS) FROM performance_schema.users WHERE USER LIKE %s"
                " OR USER LIKE %s",
                f"%\\_{self.number}",
                f"%\\_{self.number}\\_clone",
            )
        return int(count or 0)


def execute(session: Session, statement: str, *parameters: object) -> list[Row]:
    """Runs one statement; returns its rows."""
    with session.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return list(cursor.fetchall())
