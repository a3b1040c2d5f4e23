"""Engines of SQLAlchemy, on each driver that this package has an adapter for."""

from importlib import import_module
from typing import Any

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import URL, Dialect, Engine, ExceptionContext, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from rotated_secret.handle import OfCredential
from rotated_secret.logins import check_for_threads, is_retired
from rotated_secret.options import check_options
from rotated_secret.refusals import codes
from rotated_secret.secret import RotatedSecret

_CONNECT = {
    "psycopg": "psycopg.connect",
    "pg8000": "pg8000.connect",
    "pymysql": "pymysql.connect",
    "mysqldb": "mysqlclient.connect",
    "mysqlconnector": "mysql_connector.connect",
}
"""The adapter's module and function by SQLAlchemy's name of the driver."""

_SSL_CONNECTION_ERROR = 2026

_JUST_MADE = "rotated_secret.just_made"


def create_engine(
    secret: RotatedSecret,
    url: str | URL,
    **options: Any,  # noqa: ANN401  # SQLAlchemy's
) -> Engine:
    """Makes an engine whose connections log in with the current credential, over verified TLS.

    A connection whose credential is retired is replaced when it is about to be handed out.

    Args:
        secret: The credential.
        url: Dialect and driver, as in `postgresql+psycopg://` or `mariadb+pymysql://`; the secret
            has the rest. Host, port and database may be there, and win.
        options: Of `sqlalchemy.create_engine`. `pool_pre_ping` is on if left out: a connection
            that the database has closed is not handed out.

    Raises:
        ValueError: There is no adapter for the driver; or see
            `rotated_secret.options.check_options`.
    """
    check_for_threads(secret)
    check_creator(options)
    connect = adapter_for(url, _CONNECT)
    engine = sqlalchemy.create_engine(url, **{"pool_pre_ping": True, **options})
    check_engine(engine, url, options)

    @event.listens_for(engine, "do_connect")
    def log_in(_dialect: Dialect, _record: object, _: object, arguments: dict[str, Any]) -> Any:  # noqa: ANN401
        return connect(secret, **arguments)

    let_retired_go(engine, secret)
    know_broken_tls(engine)
    return engine


def check_creator(options: dict[str, Any]) -> None:
    """Refuses options of an engine that would take connections from elsewhere.

    Raises:
        ValueError: It names the option.
    """
    for name in ("creator", "async_creator"):
        if options.get(name) is not None:
            raise ValueError(
                f"{name}: its connections would not log in by the secret. Leave it out"
            )


def check_engine(engine: Engine, url: str | URL, options: dict[str, Any]) -> None:
    """Refuses what would let connections log in otherwise than by the secret.

    Args:
        engine: The engine.
        url: Its URL.
        options: What it was made with.

    Raises:
        ValueError: It names the option.
    """
    _, arguments = engine.dialect.create_connect_args(make_url(url))
    check_options(arguments, where="the URL")
    check_options(options.get("connect_args") or {}, where="connect_args")


def adapter_for(url: str | URL, functions: dict[str, str]) -> Any:  # noqa: ANN401  # each has its own types
    """Finds the function that opens a connection.

    Args:
        url: Dialect and driver.
        functions: The functions by driver.

    Raises:
        ValueError: There is none for the driver.
    """
    driver = make_url(url).get_driver_name()
    if driver not in functions:
        raise ValueError(
            f"There is no adapter for {driver}. Choose one of {', '.join(functions)} in the URL, as"
            " in postgresql+psycopg://"
        )
    module, function = functions[driver].split(".")
    return getattr(import_module(f"rotated_secret.{module}"), function)


def let_retired_go(engine: Engine, secret: OfCredential) -> None:
    """Replaces a connection whose credential is retired when it is about to be handed out.

    One that was made just now is handed out in any case: else rotations that come faster than
    logins would use up the two attempts that SQLAlchemy makes.
    """

    @event.listens_for(engine, "connect")
    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[_JUST_MADE] = True

    @event.listens_for(engine, "checkout")
    def check(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        just_made = record.info.pop(_JUST_MADE, False)
        if not just_made and is_retired(record.driver_connection, secret):
            raise DisconnectionError("The connection's credential is retired")


def know_broken_tls(engine: Engine) -> None:
    """Replaces a connection whose TLS has ended, which MariaDB's C library tells with 2026.

    SQLAlchemy takes that for another error, and would hand it on.
    """

    @event.listens_for(engine, "handle_error")
    def check(context: ExceptionContext) -> None:
        if _SSL_CONNECTION_ERROR in codes(context.original_exception):
            context.is_disconnect = True
