"""The database products that RDS has here, each with the server that stands for it.

What the rest knows of a product is in this registry; the documents are those of `CreateDBInstance`
and `CreateDBCluster`.
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from local.mariadb import MariaDBServer
from local.mysql import MySQLServer
from local.postgres import PostgresServer


class ProductServer(Protocol):
    """A running server, whoever runs it."""

    @property
    def host(self) -> str:
        """Name to connect to; the certificate is for it."""
        ...

    @property
    def port(self) -> int:
        """The port in use."""
        ...

    @property
    def ca(self) -> Path:
        """PEM file with the authority that signed the server's certificate."""
        ...

    def create_admin(self, name: str, password: str) -> None:
        """Makes a login with the rights of an RDS master user, or gives it this password."""
        ...

    def create_database(self, name: str, owner: str) -> None:
        """Makes a database, unless it exists."""
        ...

    def is_reserved(self, word: str) -> bool:
        """Whether the product reserves a word, so that it names nothing unless it is quoted."""
        ...


class OwnServer(ProductServer, Protocol):
    """A server that the local AWS starts and ends."""

    def start(self) -> None:
        """Makes the data and starts the server."""
        ...

    def stop(self) -> None:
        """Ends the server and removes its data. Any number of times."""
        ...


@dataclass(frozen=True, kw_only=True)
class Product:
    """A database product as RDS knows it.

    Attributes:
        engine: What RDS calls it.
        server: Makes a server that stands for it; takes the file for its log.
        version: The version that is taken if nobody says otherwise.
        major: How many parts of a version make a parameter group's family.
        port: The port that RDS takes if nobody says otherwise.
        logs: What it exports to CloudWatch Logs.
        longest_password: The most characters of a master user's password.
        longest_database: The most characters of a database's name.
        attached: What an attachment writes into a secret as `engine`.
        kept: Names that RDS refuses for its master user, besides reserved words.
        clustered: Whether its instances are members of clusters.
    """

    engine: str
    server: Callable[[Path], OwnServer]
    version: str
    major: int
    port: int
    logs: frozenset[str]
    longest_password: int
    longest_database: int
    attached: str
    kept: frozenset[str] = frozenset()
    clustered: bool = False

    def family(self, version: str | None) -> str:
        """The family of parameter groups for a version."""
        return self.engine + ".".join((version or self.version).split(".")[: self.major])

    def is_family(self, family: str) -> bool:
        """Whether parameter groups of a family are for this product."""
        parts = family.removeprefix(self.engine).split(".")
        return family.startswith(self.engine) and all(part.isdecimal() for part in parts)


_POSTGRES = Product(
    engine="postgres",
    server=lambda log: PostgresServer(log=log),
    version="17",
    major=1,
    port=5432,
    logs=frozenset({"iam-db-auth-error", "postgresql", "upgrade"}),
    longest_password=128,
    longest_database=63,
    attached="postgres",
    kept=frozenset({"admin"}),
)
_MYSQL = Product(
    engine="mysql",
    server=lambda log: MySQLServer(log=log),
    version="8.4",
    major=2,
    port=3306,
    logs=frozenset({"audit", "error", "general", "iam-db-auth-error", "slowquery"}),
    longest_password=41,
    longest_database=64,
    attached="mysql",
)
_PRODUCTS = (
    _POSTGRES,
    replace(
        _MYSQL,
        engine="mariadb",
        server=lambda log: MariaDBServer(log=log),
        version="11.8",
        attached="mariadb",
    ),
    _MYSQL,
    replace(
        _POSTGRES,
        engine="aurora-postgresql",
        logs=frozenset({"iam-db-auth-error", "instance", "postgresql"}),
        clustered=True,
    ),
    replace(
        _MYSQL,
        engine="aurora-mysql",
        version="8.0",
        logs=_MYSQL.logs | {"instance"},
        clustered=True,
    ),
)

PRODUCTS: Mapping[str, Product] = {each.engine: each for each in _PRODUCTS}
"""By what RDS calls them."""


def product_of(engine: str) -> Product:
    """The product of an engine's name.

    Raises:
        ValueError: The local AWS has no such server.
    """
    if engine not in PRODUCTS:
        known = ", ".join(PRODUCTS)
        raise ValueError(f"Engine {engine}: the local AWS has {known} only")
    return PRODUCTS[engine]
