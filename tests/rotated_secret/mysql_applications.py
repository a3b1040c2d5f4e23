"""Applications on each adapter for MySQL and MariaDB; each tells as whom it is logged in.

mysqlclient has to be compiled, and the C extension of MySQL Connector does not load beside every
OpenSSL: those that are missing are left out here, and `MISSING` says why.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from importlib.util import find_spec
from typing import Any

import sqlalchemy
from mysql.connector import HAVE_CEXT

from rotated_secret import AsyncRotatedSecret, RotatedSecret
from rotated_secret import sqlalchemy as sqlalchemy_adapter
from rotated_secret import sqlalchemy_async as sqlalchemy_async_adapter
from tests.rotated_secret.applications import Make, first, in_coroutines, in_threads

WHO = "SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1)"

Opened = Callable[[RotatedSecret], AbstractContextManager[Callable[[], str]]]


MISSING: dict[str, str] = {}
if not find_spec("MySQLdb"):
    MISSING["mysqlclient"] = (
        "mysqlclient is not installed: it has no wheel for Linux, and needs the headers of MySQL's"
        " or MariaDB's C library"
    )
if not HAVE_CEXT:
    MISSING["compiled"] = (
        "MySQL Connector's C extension does not load beside the OpenSSL of this Python"
    )
"""What the names of applications have in them that can't be had, and why."""

PURE = {"use_pure": True}
COMPILED = {"use_pure": False}


def adapter(name: str) -> Any:
    """A module of the library, whose driver is there."""
    return importlib.import_module(f"rotated_secret.{name}")


def asked(cursor: Any) -> str:
    cursor.execute(WHO)
    row = first(cursor.fetchone())
    cursor.close()
    return row


def connections(name: str, **options: bool) -> Opened:
    @contextmanager
    def opened(secret: RotatedSecret) -> Iterator[Callable[[], str]]:
        connect = partial(adapter(name).connect, secret, **options)

        def user() -> str:
            with closing(connect()) as connection:
                return asked(connection.cursor())

        yield user

    return opened


def connector_pool(**options: bool) -> Opened:
    @contextmanager
    def opened(secret: RotatedSecret) -> Iterator[Callable[[], str]]:
        pool = adapter("mysql_connector").ConnectionPool(secret, pool_size=2, **options)

        def user() -> str:
            with closing(pool.get_connection()) as connection:
                return asked(connection.cursor())

        yield user
        pool._remove_connections()

    return opened


def engine(driver: str, **options: bool) -> Opened:
    @contextmanager
    def opened(secret: RotatedSecret) -> Iterator[Callable[[], str]]:
        engine = sqlalchemy_adapter.create_engine(
            secret, f"mysql+{driver}://", connect_args=options
        )

        def user() -> str:
            with engine.connect() as connection:
                return str(connection.execute(sqlalchemy.text(WHO)).scalar())

        try:
            yield user
        finally:
            engine.dispose()

    return opened


def coroutines(name: str) -> Callable[[AsyncRotatedSecret], Any]:
    async def opened(secret: AsyncRotatedSecret) -> Any:
        async def user() -> str:
            async with await adapter(name).connect(secret) as connection:
                return await asked_async(connection)

        async def close() -> None:
            """Each connection is closed after its use."""

        return close, user

    return opened


def async_pool(name: str) -> Callable[[AsyncRotatedSecret], Any]:
    async def opened(secret: AsyncRotatedSecret) -> Any:
        pool = await adapter(name).create_pool(secret, minsize=2)

        async def user() -> str:
            async with pool.acquire() as connection:
                return await asked_async(connection)

        async def close() -> None:
            pool.close()
            await pool.wait_closed()

        return close, user

    return opened


async def asked_async(connection: Any) -> str:
    async with connection.cursor() as cursor:
        await cursor.execute(WHO)
        return first(await cursor.fetchone())


def async_engine(driver: str) -> Callable[[AsyncRotatedSecret], Any]:
    async def opened(secret: AsyncRotatedSecret) -> Any:
        engine = sqlalchemy_async_adapter.create_async_engine(secret, f"mysql+{driver}://")

        async def user() -> str:
            async with engine.connect() as connection:
                return str((await connection.execute(sqlalchemy.text(WHO))).scalar())

        return engine.dispose, user

    return opened


def there(applications: Mapping[str, Make]) -> dict[str, Make]:
    """Those whose driver can be had."""
    return {
        name: make
        for name, make in applications.items()
        if not any(missing in name for missing in MISSING)
    }


CONNECTIONS = there(
    {
        "PyMySQL": in_threads(connections("pymysql")),
        "mysqlclient": in_threads(connections("mysqlclient")),
        "MySQL Connector": in_threads(connections("mysql_connector", **PURE)),
        "MySQL Connector, compiled": in_threads(connections("mysql_connector", **COMPILED)),
        "aiomysql": in_coroutines(coroutines("aiomysql")),
        "asyncmy": in_coroutines(coroutines("asyncmy")),
    }
)
"""Those that open one each time."""

POOLS = there(
    {
        "MySQL Connector pool": in_threads(connector_pool(**PURE)),
        "MySQL Connector pool, compiled": in_threads(connector_pool(**COMPILED)),
        "aiomysql pool": in_coroutines(async_pool("aiomysql")),
        "asyncmy pool": in_coroutines(async_pool("asyncmy")),
        "SQLAlchemy on PyMySQL": in_threads(engine("pymysql")),
        "SQLAlchemy on mysqlclient": in_threads(engine("mysqldb")),
        "SQLAlchemy on MySQL Connector": in_threads(engine("mysqlconnector", **PURE)),
        "SQLAlchemy on aiomysql": in_coroutines(async_engine("aiomysql")),
        "SQLAlchemy on asyncmy": in_coroutines(async_engine("asyncmy")),
    }
)
"""Those that keep connections."""
