"""asyncmy: connections and pools."""

import asyncio
from typing import Any

import asyncmy
from asyncmy import connection as connections
from asyncmy import pool as pools
from asyncmy.errors import OperationalError

from rotated_secret.async_secret import AsyncRotatedSecret
from rotated_secret.credential import Credential
from rotated_secret.logins import (
    CONNECT_SECONDS,
    check_for_coroutines,
    is_retired,
    log_in_async,
    server,
    version_of,
)
from rotated_secret.mysql_pools import PoolBySecret, Promised
from rotated_secret.options import check_options, merged
from rotated_secret.tls import verified_context

_CONNECTION_HOST_ERROR = 2003


async def connect(
    secret: AsyncRotatedSecret,
    **options: Any,  # noqa: ANN401  # asyncmy's
) -> asyncmy.Connection:
    """Opens a connection over verified TLS.

    `ping()` opens it again with the credential that is current by then.

    Args:
        secret: The credential.
        options: Of `asyncmy.connect`; they win over the secret's host, port and dbname.
            `connect_timeout` bounds the whole login, in seconds.

    Raises:
        ValueError: See `rotated_secret.options.check_options`.
        Exception: See `AsyncRotatedSecret.run`.
    """
    check_for_coroutines(secret)
    connection = _Connection(secret, _checked(options))
    await connection.connect()
    return connection


def create_pool(secret: AsyncRotatedSecret, **options: Any) -> "Promised[Pool]":  # noqa: ANN401  # asyncmy's
    """Makes a pool; enter or await it as any other one.

    Idle connections of a retired credential are closed when one is handed out, the others when they
    come back.

    Args:
        secret: The credential.
        options: Of `asyncmy.create_pool`.

    Raises:
        ValueError: See `rotated_secret.options.check_options`.
    """
    check_for_coroutines(secret)
    _checked(options)
    return Promised(lambda: Pool(secret, options))


class Pool(PoolBySecret, pools.Pool):  # type: ignore[misc]  # it is taken for untyped
    """A pool whose connections log in with the current credential, over verified TLS."""

    def __init__(self, secret: AsyncRotatedSecret, options: dict[str, Any]) -> None:
        self._secret = secret
        self._connect = connect
        super().__init__(**{"minsize": 1, "maxsize": 10, **options})

    def release(self, conn: Any) -> Any:  # noqa: ANN401  # asyncmy's
        """Takes a connection back; closes one whose credential is retired.

        The driver's own class hands it to the next one who waits, and looks at nothing but its
        health.
        """
        if is_retired(conn, self._secret):
            conn.close()
        return super().release(conn)

    def _is_broken(self, connection: Any) -> bool:  # noqa: ANN401  # asyncmy's
        return bool(connection._stream_broken)  # noqa: SLF001  # as the driver's own pool looks


class _Connection(connections.Connection):  # type: ignore[misc]  # it is taken for untyped
    """Logs in by the secret whenever it is opened, and keeps no password."""

    def __init__(self, secret: AsyncRotatedSecret, options: dict[str, Any]) -> None:
        self._secret = secret
        self._options = options
        super().__init__()

    async def connect(self) -> Any:  # noqa: ANN401  # as asyncmy has it
        if self._connected:
            return None
        if version_of(self):  # by `ping`: the application may have changed this
            self._options["autocommit"] = self.autocommit_mode
            self.close()

        async def attempt(credential: Credential) -> _Connection:
            super(_Connection, self).__init__(**_arguments(credential, self._options))
            try:
                # The driver waits for the network alone so long, and then for ever.
                async with asyncio.timeout(self._connect_timeout):
                    await super(_Connection, self).connect()
            except TimeoutError:
                message = f"Can't connect to MySQL server on {self._host!r} (timed out)"
                raise OperationalError(_CONNECTION_HOST_ERROR, message) from None
            finally:
                self._password = b""
            return self

        await log_in_async(self._secret, attempt)
        return None


def _checked(options: dict[str, Any]) -> dict[str, Any]:
    check_options(options, where="the options")
    if "db" in options:
        options["database"] = options.pop("db")
    return options


def _arguments(credential: Credential, options: dict[str, Any]) -> dict[str, Any]:
    ours = {
        "user": credential.username,
        # As bytes: else the driver encodes it as Latin-1, and its error tells it.
        "password": credential.password.encode(),
        "connect_timeout": CONNECT_SECONDS,
        **server(credential, host="host", port="port", dbname="database"),
    }
    arguments = merged(ours, options)
    return merged({"ssl": verified_context(arguments.get("host"))}, arguments)
