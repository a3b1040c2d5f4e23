"""What an application may say besides its secret, and what would contradict it."""

import asyncio
import inspect
import ssl
from collections.abc import Callable
from typing import Any, cast

import psycopg as driver
import pytest
from sqlalchemy.engine import make_url

from fakes.postgres import PostgresWorld
from local.postgres import PostgresServer
from rotated_secret import (
    AsyncRotatedSecret,
    RotatedSecret,
    aiomysql,
    asyncmy,
    asyncpg,
    mysql_connector,
    pg8000,
    psycopg,
    pymysql,
)
from rotated_secret.psycopg_pool import AsyncConnectionPool, ConnectionPool
from rotated_secret.sqlalchemy import create_engine
from rotated_secret.sqlalchemy_async import create_async_engine
from tests.postgres_user.impostor import impostor, without_tls
from tests.rotated_secret import mysql_impostor
from tests.rotated_secret.conftest import ARN, Store, document

Connect = Callable[..., object]

ASYNCHRONOUS: list[Connect] = [
    lambda secret, **options: asyncio.run(cast("Any", asyncpg.connect(secret, **options))),
    lambda secret, **options: asyncio.run(cast("Any", psycopg.connect_async(secret, **options))),
    asyncpg.create_pool,
    lambda secret, **options: AsyncConnectionPool(secret, open=False, kwargs=options),
    lambda secret, **options: create_async_engine(
        secret, "postgresql+asyncpg://", connect_args=options
    ),
    lambda secret, **options: create_async_engine(
        secret, "postgresql+psycopg://", connect_args=options
    ),
    lambda secret, **options: asyncio.run(cast("Any", aiomysql.connect(secret, **options))),
    lambda secret, **options: asyncio.run(cast("Any", asyncmy.connect(secret, **options))),
    aiomysql.create_pool,
    asyncmy.create_pool,
    lambda secret, **options: create_async_engine(
        secret, "mysql+aiomysql://", connect_args=options
    ),
]
SYNCHRONOUS: list[Connect] = [
    pg8000.connect,
    psycopg.connect,
    pymysql.connect,
    mysql_connector.connect,
    mysql_connector.ConnectionPool,
    lambda secret, **options: ConnectionPool(secret, open=False, kwargs=options),
    lambda secret, **options: create_engine(secret, "postgresql+pg8000://", connect_args=options),
    lambda secret, **options: create_engine(secret, "postgresql+psycopg://", connect_args=options),
    lambda secret, **options: create_engine(secret, "mysql+pymysql://", connect_args=options),
]

ON_POSTGRES: list[Connect] = [psycopg.connect, pg8000.connect]
ON_POSTGRES_ASYNC = ASYNCHRONOUS[:2]

UNVERIFIED = ssl.create_default_context()
UNVERIFIED.check_hostname = False


@pytest.mark.parametrize("option", ["user", "password", "passwd", "password1", "password_creator"])
def test_who_logs_in_is_said_by_the_secret_alone(
    secret: RotatedSecret, async_secret: AsyncRotatedSecret, option: str
) -> None:
    for connects, handle in ((SYNCHRONOUS, secret), (ASYNCHRONOUS, async_secret)):
        for connect in connects:
            with pytest.raises(ValueError, match=f"{option} in .*the secret says who logs in"):
                connect(handle, **{option: "other"})


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("sslmode", "require"),
        ("sslmode", "disable"),
        ("ssl", False),
        ("ssl", "require"),
        ("ssl", {"ca": "/some.pem"}),
        ("ssl", UNVERIFIED),
        ("ssl_context", True),
        ("ssl_ca", "/some.pem"),
        ("ssl_disabled", True),
        ("ssl_verify_cert", False),
        ("ssl_mode", "PREFERRED"),
        ("ssl_mode", "VERIFY_CA"),
        ("unix_socket", "/run/mysqld/mysqld.sock"),
        ("read_default_file", "/etc/my.cnf"),
        ("read_default_group", "client"),
        ("option_files", "/etc/my.cnf"),
    ],
)
def test_tls_is_not_weakened(
    secret: RotatedSecret, async_secret: AsyncRotatedSecret, option: str, value: object
) -> None:
    for connects, handle in ((SYNCHRONOUS, secret), (ASYNCHRONOUS, async_secret)):
        for connect in connects:
            with pytest.raises(ValueError, match=f"{option} in .*is not verified"):
                connect(handle, **{option: value})


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+psycopg://user:password@host/db", "user in the URL"),
        ("postgresql+psycopg://user@host/db", "user in the URL"),
        ("postgresql+psycopg://?user=other", "user in the URL"),
        ("postgresql+psycopg://?password=other", "password in the URL"),
        ("postgresql+psycopg://host/db?sslmode=require", "sslmode in the URL"),
        ("postgresql+pg8000://user:password@host/db", "user in the URL"),
        ("mysql+pymysql://user:password@host/db", "user in the URL"),
        ("mysql+pymysql://:password@host/db", "password in the URL"),
        ("mysql+pymysql://?ssl_ca=/some.pem", "ssl in the URL"),
        ("mysql+pymysql://?read_default_file=/etc/my.cnf", "read_default_file in the URL"),
        ("mysql+mysqlconnector://user:password@host/db", "user in the URL"),
        ("mysql+mysqlconnector://?ssl_disabled=True", "ssl_disabled in the URL"),
    ],
)
def test_a_url_that_contradicts_the_secret_is_refused(
    secret: RotatedSecret, url: str, told: str
) -> None:
    for each in (url, make_url(url)):
        with pytest.raises(ValueError, match=told):
            create_engine(secret, each)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+asyncpg://user:password@host/db", "user in the URL"),
        ("postgresql+psycopg://user:password@host/db", "user in the URL"),
        ("postgresql+asyncpg://?ssl=require", "ssl in the URL"),
        ("mysql+aiomysql://user:password@host/db", "user in the URL"),
        ("mysql+asyncmy://:password@host/db", "password in the URL"),
    ],
)
def test_so_is_one_of_an_engine_for_coroutines(
    async_secret: AsyncRotatedSecret, url: str, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        create_async_engine(async_secret, url)


def test_an_engine_takes_no_connections_from_elsewhere(
    secret: RotatedSecret, async_secret: AsyncRotatedSecret
) -> None:
    with pytest.raises(ValueError, match="creator"):
        create_engine(secret, "postgresql+psycopg://", creator=lambda: None)
    with pytest.raises(ValueError, match="async_creator"):
        create_async_engine(async_secret, "postgresql+asyncpg://", async_creator=lambda: None)


@pytest.mark.parametrize(
    ("conninfo", "told"),
    [
        ("user=other", "user in conninfo"),
        ("postgresql://other:password@host/db", "user in conninfo"),
        ("host=db sslmode=require", "sslmode in conninfo"),
    ],
)
def test_a_conninfo_that_contradicts_the_secret_is_refused(
    secret: RotatedSecret, async_secret: AsyncRotatedSecret, conninfo: str, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        psycopg.connect(secret, conninfo)
    with pytest.raises(ValueError, match=told):
        asyncio.run(psycopg.connect_async(async_secret, conninfo))
    with pytest.raises(ValueError, match=told):
        ConnectionPool(secret, conninfo, open=False)
    with pytest.raises(ValueError, match=told):
        AsyncConnectionPool(async_secret, conninfo, open=False)


@pytest.mark.parametrize(
    ("dsn", "told"),
    [
        ("postgresql://other:password@/", "who logs in or where"),
        ("postgresql://host/db", "who logs in or where"),
        ("postgresql:///db", "who logs in or where"),
        ("postgresql://?host=db", "who logs in or where"),
        ("postgresql://?dbname=db", "who logs in or where"),
        ("postgresql://?user=other", "user in the DSN"),
        ("postgresql://?sslmode=require", "sslmode in the DSN"),
    ],
)
def test_a_dsn_that_contradicts_the_secret_is_refused(
    async_secret: AsyncRotatedSecret, dsn: str, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        asyncio.run(cast("Any", asyncpg.connect(async_secret, dsn)))
    with pytest.raises(ValueError, match=told):
        asyncpg.create_pool(async_secret, dsn=dsn)


def test_the_place_may_be_another_than_the_secrets(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a pooler, a proxy or a replica."""
    monkeypatch.setenv("RDS_CA_BUNDLE", str(postgres.ca))
    world = PostgresWorld(postgres)
    world.create_first_user()
    elsewhere = {"host": "db.invalid", "port": 1, "dbname": "missing"}
    place = f"{postgres.host}:{postgres.port}/{world.dbname}"
    here: dict[str, Any] = {"host": postgres.host, "port": postgres.port}
    world.secrets.put(world.arn, "AWSCURRENT", world.document() | elsewhere)
    secret = RotatedSecret(world.arn, client=cast("Any", world.secrets))
    async_secret = AsyncRotatedSecret(world.arn, client=cast("Any", world.secrets))

    def in_engine(url: str) -> str:
        engine = create_engine(secret, url)
        with engine.connect() as connection:
            user = str(connection.exec_driver_sql("SELECT session_user").scalar())
        engine.dispose()
        return user

    def in_psycopg(*conninfo: str, **options: Any) -> str:
        with psycopg.connect(secret, *conninfo, **options) as connection:
            return str(connection.execute("SELECT session_user").fetchall()[0][0])

    async def in_asyncpg(**options: Any) -> str:
        connection = await asyncpg.connect(async_secret, database=world.dbname, **options)
        user = str(await connection.fetchval("SELECT session_user"))
        await connection.close()
        return user

    assert {
        in_engine(f"postgresql+psycopg://{place}"),
        in_engine(f"postgresql+pg8000://{place}"),
        in_psycopg(f"postgresql://{place}"),
        in_psycopg(driver.conninfo.make_conninfo(**here, dbname=world.dbname)),
        in_psycopg("host=db.invalid", **here, dbname=world.dbname),
        asyncio.run(in_asyncpg(**here)),
        asyncio.run(in_asyncpg(host=["db.invalid", postgres.host], port=postgres.port)),
    } == {world.user}


def test_a_secret_without_a_host_is_told(
    store: Store, secret: RotatedSecret, async_secret: AsyncRotatedSecret
) -> None:
    """As those that RDS manages: drivers look for a socket then, which may be anybody's."""
    store.manager.put(ARN, "AWSCURRENT", {"username": "app", "password": "x"})
    for connects, handle in ((ON_POSTGRES, secret), (ON_POSTGRES_ASYNC, async_secret)):
        for connect in connects:
            with pytest.raises(ValueError, match="Give it as an option"):
                connect(handle)


SOCKETS = ["/run/postgresql", "@orders", "db.invalid,/run/postgresql"]


@pytest.mark.parametrize("host", SOCKETS)
def test_no_password_is_sent_over_a_socket(
    secret: RotatedSecret, async_secret: AsyncRotatedSecret, host: str
) -> None:
    """Over which no TLS is spoken."""
    with pytest.raises(ValueError, match="is a socket"):
        psycopg.connect(secret, host=host)
    with pytest.raises(ValueError, match="is a socket"):
        asyncio.run(cast("Any", asyncpg.connect(async_secret, host=host.split(","))))


@pytest.mark.parametrize("host", SOCKETS)
def test_nor_if_the_environment_names_it(
    store: Store,
    secret: RotatedSecret,
    async_secret: AsyncRotatedSecret,
    host: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGHOST", host)
    store.manager.put(ARN, "AWSCURRENT", {"username": "app", "password": "x"})
    with pytest.raises(ValueError, match="is a socket"):
        psycopg.connect(secret)
    with pytest.raises(ValueError, match="is a socket"):
        asyncio.run(cast("Any", asyncpg.connect(async_secret)))


def opened(connect: Connect, handle: object, **options: object) -> None:
    made: Any = connect(handle, **options)
    if inspect.isawaitable(made):
        asyncio.run(cast("Any", made))


PLACE_AND_LOGIN = ("user", "password", "host", "port")
NOTHING: dict[Connect, tuple[str, ...]] = {
    psycopg.connect: ("sslmode", "sslrootcert", "dbname", "connect_timeout", *PLACE_AND_LOGIN),
    pg8000.connect: ("ssl_context", "database", "timeout", *PLACE_AND_LOGIN),
    asyncpg.connect: ("ssl", "database", "timeout", *PLACE_AND_LOGIN),
    pymysql.connect: ("ssl", "database", "db", *PLACE_AND_LOGIN),
    mysql_connector.connect: (
        *("ssl_ca", "ssl_verify_cert", "ssl_verify_identity", "database", "db", "use_pure"),
        *PLACE_AND_LOGIN,
    ),
    aiomysql.connect: ("ssl", "database", *PLACE_AND_LOGIN),
    asyncmy.connect: ("ssl", "database", "db", *PLACE_AND_LOGIN),
}
"""Options that are None where the application has nothing to say."""


@pytest.mark.parametrize("connect", NOTHING, ids=[each.__module__ for each in NOTHING])
def test_none_says_nothing(
    store: Store, secret: RotatedSecret, async_secret: AsyncRotatedSecret, connect: Connect
) -> None:
    """Drivers would take it for their own default: another machine, or no TLS."""
    is_mysql = "mysql" in connect.__module__ or "asyncmy" in connect.__module__
    behaviour = mysql_impostor.without_tls if is_mysql else without_tls
    is_async = inspect.iscoroutinefunction(connect)
    with impostor(behaviour) as server:
        there = {"host": "localhost", "port": server.port}
        store.manager.put(ARN, "AWSCURRENT", document() | there)
        for name in NOTHING[connect]:
            with pytest.raises(Exception, match=r"(?i)ssl|tls|lost connection"):
                opened(connect, async_secret if is_async else secret, **{name: None})
        assert server.met >= len(NOTHING[connect])
        assert b"app_user" not in server.received


@pytest.mark.parametrize("option", ["tls_versions", "tls_ciphersuites"])
def test_mysql_connector_takes_no_wish_for_tls_that_would_have_no_effect(
    secret: RotatedSecret, option: str
) -> None:
    with pytest.raises(ValueError, match=f"{option}: TLS is spoken"):
        mysql_connector.connect(secret, **{option: ["TLSv1.2"]})


def test_an_extension_that_is_not_there_is_told(
    secret: RotatedSecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mysql_connector, "HAVE_CEXT", False)
    with pytest.raises(ImportError, match="use_pure"):
        mysql_connector.connect(secret, use_pure=False)
