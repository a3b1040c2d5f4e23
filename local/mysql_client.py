"""What the owner of a MySQL or MariaDB server does there, in whichever process: RDS's own work."""

import abc
from pathlib import Path
from typing import Any, Protocol

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from local.patience import patient

SUPERUSER = "rdsadmin"
"""Owner of the server; on RDS, AWS keeps this login to itself."""

UNLOGGED = "SET SESSION sql_log_bin = 0, sql_log_off = 1, long_query_time = 31536000"
"""Keeps what a session says out of the binary log, the general log and the slow log."""

UNRECORDED = (
    "UPDATE performance_schema.threads SET INSTRUMENTED = 'NO'"
    " WHERE PROCESSLIST_ID = CONNECTION_ID()"
)
"""Keeps it out of `performance_schema`."""

COMMON_PRIVILEGES = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, "
    "SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, "
    "REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, "
    "EVENT, TRIGGER"
)
"""What RDS grants to the master user of each version of both products.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html
"""


class MySQLClient(Protocol):
    """A server to which its owner connects.

    Attributes:
        host: Name to connect to; the certificate is for it.
        port: The port in use.
        superuser_password: Password of the server's owner.
    """

    host: str
    port: int
    superuser_password: str

    @property
    def ca(self) -> Path:
        """PEM file with the authority that signed the server's certificate."""
        ...

    def connect(
        self,
        user: str = SUPERUSER,
        password: str | None = None,
        *,
        dbname: str | None = None,
        **options: Any,  # noqa: ANN401 - PyMySQL's, passed on
    ) -> "Connection[Cursor]":
        """Opens a connection over verified TLS, in autocommit mode.

        Args:
            user: Who logs in.
            password: Its password; the superuser's if left out.
            dbname: The database; none if left out.
            options: Further arguments for PyMySQL.

        Raises:
            pymysql.err.OperationalError: The server refused.
        """
        return pymysql.connect(
            host=self.host,
            port=self.port,
            user=user,
            password=self.superuser_password if password is None else password,
            database=dbname,
            ssl_ca=str(self.ca),
            ssl_verify_cert=True,
            ssl_verify_identity=True,
            connect_timeout=round(patient(10)),
            autocommit=True,
            **options,
        )

    def create_admin(self, name: str, password: str) -> None:
        """Makes a user with the rights of an RDS master user, or gives it this password.

        It has no SUPER and may hand on what it has. What it is sent stands in none of the server's
        logs, and not in `performance_schema`.

        Args:
            name: Name of the user, who may come from any host.
            password: Its password.
        """
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(UNLOGGED)
            cursor.execute(UNRECORDED)
            account = f"{quoted(name)}@'%'"
            secret = connection.escape(password)
            cursor.execute(f"CREATE USER IF NOT EXISTS {account} IDENTIFIED BY {secret}")
            cursor.execute(f"ALTER USER {account} IDENTIFIED BY {secret}")
            self._grant_rights(cursor, account)

    def create_database(self, name: str, owner: str | None = None) -> None:
        """Makes a database, unless it exists.

        Args:
            name: Name of the database.
            owner: Nobody owns a database here: the master user's rights are on all of them. Taken
                so that servers of all products are asked alike.
        """
        del owner
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS {quoted(name)}")

    def is_reserved(self, word: str) -> bool:
        """Tells whether SQL reserves a word, so that it names nothing unless it is quoted.

        Args:
            word: Letters, digits and underscores.
        """
        with self.connect() as connection, connection.cursor() as cursor:
            try:
                cursor.execute(f"SELECT 1 AS x FROM (SELECT 1) AS {word}")  # noqa: S608 - a word
            except pymysql.err.ProgrammingError:
                return True
        return False

    @abc.abstractmethod
    def _grant_rights(self, cursor: Cursor, account: str) -> None:
        """Give an account what RDS's master user has."""


class MariaDBClient(MySQLClient, Protocol):
    """A MariaDB to which its owner connects."""

    def _grant_rights(self, cursor: Cursor, account: str) -> None:
        privileges = COMMON_PRIVILEGES
        cursor.execute("SELECT VERSION()")
        [(version,)] = cursor.fetchall()
        if tuple(map(int, version.split(".")[:2])) >= (11, 4):
            privileges += ", SHOW CREATE ROUTINE"
        cursor.execute(f"GRANT {privileges} ON *.* TO {account} WITH GRANT OPTION")


class MySQL8Client(MySQLClient, Protocol):
    """A MySQL, of version 8.0.36 or newer, to which its owner connects."""

    def _grant_rights(self, cursor: Cursor, account: str) -> None:
        privileges = (
            f"{COMMON_PRIVILEGES}, CREATE ROLE, DROP ROLE, APPLICATION_PASSWORD_ADMIN, ROLE_ADMIN, "
            "SET_ANY_DEFINER, XA_RECOVER_ADMIN"
        )
        role = quoted(ADMIN_ROLE)
        cursor.execute(f"CREATE ROLE IF NOT EXISTS {role}")
        cursor.execute(f"GRANT {privileges} ON *.* TO {role} WITH GRANT OPTION")
        cursor.execute(f"GRANT {role} TO {account} WITH ADMIN OPTION")
        cursor.execute(f"ALTER USER {account} DEFAULT ROLE {role}")


ADMIN_ROLE = "rds_superuser_role"
"""What RDS for MySQL grants to the master user; its rights come by this role.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.MySQL.CommonDBATasks.privilege-model.html
"""


def quoted(name: str) -> str:
    """An identifier as the server reads it in every mode."""
    return f"`{name.replace('`', '``')}`"
