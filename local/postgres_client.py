"""What the owner of a PostgreSQL cluster does there, in whichever process: RDS's own work."""

from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from local.patience import patient

SUPERUSER = "rdsadmin"
"""Owner of the cluster; on RDS, AWS keeps this login to itself."""

ADMIN_GROUP = "rds_superuser"
"""What RDS grants to the master user instead of superuser rights."""


class PostgresClient(Protocol):
    """A server to which its owner connects.

    Attributes:
        host: Name to connect to; the certificate is for it.
        port: The port in use.
        superuser_password: Password of the owner of the cluster.
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
        dbname: str = "postgres",
        application_name: str = "local",
    ) -> psycopg.Connection[TupleRow]:
        """Opens a connection over verified TLS, in autocommit mode.

        Args:
            user: Who logs in.
            password: Its password; the superuser's if left out.
            dbname: The database.
            application_name: How the session is called in `pg_stat_activity`.

        Raises:
            psycopg.OperationalError: The server refused.
        """
        return psycopg.connect(
            host=self.host,
            port=self.port,
            user=user,
            password=self.superuser_password if password is None else password,
            dbname=dbname,
            application_name=application_name,
            sslmode="verify-full",
            sslrootcert=str(self.ca),
            connect_timeout=round(patient(10)),
            autocommit=True,
        )

    def create_admin(self, name: str, password: str) -> None:
        """Makes a login with the rights of an RDS master user, or gives it this password.

        It may create roles and databases and is a member of `rds_superuser`, but no superuser:
        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html

        Args:
            name: Name of the login.
            password: Its password. Sent as a SCRAM verifier, so that it does not stand in the log.
        """
        role = sql.Identifier(name)
        with self.connect() as connection:
            verifier = connection.pgconn.encrypt_password(
                password.encode(), name.encode(), b"scram-sha-256"
            ).decode()
            found = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name])
            if not found.rowcount:
                connection.execute(
                    sql.SQL("CREATE ROLE {} IN ROLE {}").format(role, sql.Identifier(ADMIN_GROUP))
                )
            connection.execute(
                sql.SQL("ALTER ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD {}").format(
                    role, sql.Literal(verifier)
                )
            )

    def create_database(self, name: str, owner: str) -> None:
        """Makes a database, unless it exists.

        Args:
            name: Name of the database.
            owner: Role that shall own it; on RDS that is the master user.
        """
        create = sql.SQL("CREATE DATABASE {} OWNER {}")
        with self.connect() as connection:
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            if not found.rowcount:
                connection.execute(create.format(sql.Identifier(name), sql.Identifier(owner)))

    def is_reserved(self, word: str) -> bool:
        """Tells whether SQL reserves a word, so that it names nothing unless it is quoted."""
        query = "SELECT FROM pg_get_keywords() WHERE word = lower(%s) AND catcode IN ('R', 'T')"
        with self.connect() as connection:
            return bool(connection.execute(query, [word]).rowcount)

    def empty(self) -> None:
        """Drops all databases and roles but the server's own."""
        with self.connect() as connection:
            for (name,) in connection.execute(
                "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
            ).fetchall():
                connection.execute(
                    sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
                )
            roles = [
                sql.Identifier(name)
                for (name,) in connection.execute(
                    "SELECT rolname FROM pg_roles WHERE rolname NOT IN (%s, %s)"
                    " AND NOT starts_with(rolname, 'pg_')",
                    [SUPERUSER, ADMIN_GROUP],
                ).fetchall()
            ]
            if roles:
                names = sql.SQL(", ").join(roles)
                connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(names))
                connection.execute(sql.SQL("DROP ROLE {}").format(names))
