"""The database products on which rotations are measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.rotation.packets import MYSQL, POSTGRES, Framing
from fakes.mysql import MySQLFamily
from fakes.postgres import PostgreSQL
from fakes.product import Product
from local.database_process import DatabaseProcess
from local.mariadb import MariaDBServer
from local.mysql import MySQLServer
from local.postgres import PostgresServer


@dataclass(frozen=True)
class Engine:
    """One of them.

    Attributes:
        server: Makes a server.
        product: What the secrets' users find there.
        framing: Of its packets.
        package: The folder of our functions.
        handlers: Our own, by strategy.
        calls: The most calls of Secrets Manager that a rotation may take, by strategy.
        connections: The most logins.
    """

    server: Callable[[], DatabaseProcess]
    product: Callable[..., Product]
    framing: Framing
    package: str
    handlers: Mapping[str, str]
    calls: Mapping[str, int]
    connections: int = 4

    @property
    def strategies(self) -> tuple[str, ...]:
        """Those that the product can have."""
        return tuple(self.handlers)


class _MariaDB(MySQLFamily):
    """AWS's functions for the two products insist on their names."""

    engine = "mariadb"


def _of_mysql(
    server: Callable[[], DatabaseProcess], product: type[MySQLFamily], *, single: int
) -> Engine:
    return Engine(
        server=server,
        product=product,
        framing=MYSQL,
        package="mysql_user",
        handlers={
            "alternating": "mysql_user.handler.alternating_users",
            "single": "mysql_user.handler.single_user",
            "dual": "mysql_user.handler.dual_passwords",
        },
        calls={"alternating": 11, "single": single, "dual": 11},
    )


ENGINES: Mapping[str, Engine] = {
    "postgres": Engine(
        server=PostgresServer,
        product=PostgreSQL,
        framing=POSTGRES,
        package="postgres_user",
        handlers={
            "alternating": "postgres_user.handler.alternating_users",
            "single": "postgres_user.handler.single_user",
        },
        calls={"alternating": 11, "single": 10},
    ),
    "mariadb": _of_mysql(MariaDBServer, _MariaDB, single=10),
    # The admin does it, whose secret is read.
    "mysql": _of_mysql(MySQLServer, MySQLFamily, single=11),
}
"""By what secrets call them."""

STRATEGIES = tuple(dict.fromkeys(name for each in ENGINES.values() for name in each.strategies))
