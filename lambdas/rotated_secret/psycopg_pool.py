"""Pools of psycopg, for threads and for coroutines."""

from collections.abc import Mapping
from typing import Any

import psycopg
import psycopg_pool

from rotated_secret.async_secret import AsyncRotatedSecret
from rotated_secret.logins import check_for_coroutines, check_for_threads, is_retired
from rotated_secret.psycopg import AsyncConnection, Connection, connect, connect_async, given
from rotated_secret.secret import RotatedSecret


class ConnectionPool(psycopg_pool.ConnectionPool[Connection]):
    """A pool whose connections log in with the current credential, over verified TLS.

    When one is handed out whose credential is retired, all of the pool are replaced: idle ones at
    once, the others when they come back.
    """

    def __init__(self, secret: RotatedSecret, conninfo: str = "", **options: Any) -> None:  # noqa: ANN401  # psycopg's
        """Makes the pool.

        Args:
            secret: The credential.
            conninfo: See `psycopg.connect`.
            options: Of `psycopg_pool.ConnectionPool`. `check` is `check_connection` if left out: a
                connection that the database has closed is not handed out.

        Raises:
            ValueError: See `rotated_secret.options.check_options`.
        """
        check_for_threads(secret)
        _check(conninfo, options.get("kwargs"))
        base = options.pop("connection_class", psycopg.Connection)
        check = options.pop("check", psycopg_pool.ConnectionPool.check_connection)

        class LoggingIn(Connection):
            @classmethod
            def connect(  # type: ignore[override]  # the options pass through, of whatever type
                cls,
                conninfo: str = "",
                **arguments: Any,  # noqa: ANN401
            ) -> Connection:
                return connect(secret, conninfo, connection_class=base, **arguments)

        def check_version(connection: Connection) -> None:
            if is_retired(connection, secret):
                self.drain()
            if check:
                check(connection)

        super().__init__(conninfo, connection_class=LoggingIn, check=check_version, **options)


class AsyncConnectionPool(psycopg_pool.AsyncConnectionPool[AsyncConnection]):
    """The same for coroutines; see `ConnectionPool`."""

    def __init__(self, secret: AsyncRotatedSecret, conninfo: str = "", **options: Any) -> None:  # noqa: ANN401  # psycopg's
        """Makes the pool; see `ConnectionPool`."""
        check_for_coroutines(secret)
        _check(conninfo, options.get("kwargs"))
        base = options.pop("connection_class", psycopg.AsyncConnection)
        check = options.pop("check", psycopg_pool.AsyncConnectionPool.check_connection)

        class LoggingIn(AsyncConnection):
            @classmethod
            async def connect(  # type: ignore[override]  # the options pass through
                cls,
                conninfo: str = "",
                **arguments: Any,  # noqa: ANN401
            ) -> AsyncConnection:
                return await connect_async(secret, conninfo, connection_class=base, **arguments)

        async def check_version(connection: AsyncConnection) -> None:
            if is_retired(connection, secret):
                await self.drain()
            if check:
                await check(connection)

        super().__init__(conninfo, connection_class=LoggingIn, check=check_version, **options)


def _check(conninfo: str, kwargs: object) -> None:
    """Refuses now what each connection in the background would be refused for."""
    given(conninfo, kwargs if isinstance(kwargs, Mapping) else {})
