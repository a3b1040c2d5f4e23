"""aiomysql: connections and pools."""

import asyncio
from typing import Any

import aiomysql
from pymysql.constants import CLIENT, CR

from rotated_secret.async_secret import AsyncRotatedSecret
from rotated_secret.credential import Credential
from rotated_secret.logins import (
    CONNECT_SECONDS,
    check_for_coroutines,
    log_in_async,
    server,
    version_of,
)
from rotated_secret.mysql_pools import PoolBySecret, Promised
from rotated_secret.options import check_options, merged
from rotated_secret.tls import verified_context


async def connect(
    secret: AsyncRotatedSecret,
    **options: Any,  # noqa: ANN401  # aiomysql's
) -> aiomysql.Connection:
    """Opens a connection over verified TLS.

    `ping()` opens it again with the credential that is current by then.

    Args:
        secret: The credential.
        options: Of `aiomysql.connect`; they win over the secret's host, port and dbname.
            `connect_timeout` bounds the whole login, in seconds.

    Raises:
        ValueError: See `rotated_secret.options.check_options`.
        Exception: See `AsyncRotatedSecret.run`.
    """
    check_for_coroutines(secret)
    connection = _Connection(secret, _checked(options))
    await connection._connect()  # noqa: SLF001  # as the driver does
    return connection


def create_pool(secret: AsyncRotatedSecret, **options: Any) -> "Promised[Pool]":  # noqa: ANN401  # aiomysql's
    """Makes a pool; enter or await it as any other one.

    Idle connections of a retired credential are closed when one is handed out.

    Args:
        secret: The credential.
        options: Of `aiomysql.create_pool`.

    Raises:
        ValueError: See `rotated_secret.options.check_options`.
    """
    check_for_coroutines(secret)
    _checked(options)
    return Promised(lambda: Pool(secret, options))


class Pool(PoolBySecret, aiomysql.Pool):  # type: ignore[misc]  # aiomysql has no types
    """A pool whose connections log in with the current credential, over verified TLS."""

    def __init__(self, secret: AsyncRotatedSecret, options: dict[str, Any]) -> None:
        self._secret = secret
        self._connect = connect
        defaults = {"minsize": 1, "maxsize": 10, "echo": False, "pool_recycle": -1, "loop": None}
        given = {**defaults, **options}
        super().__init__(**{**given, "loop": given["loop"] or asyncio.get_running_loop()})
        self._conn_kwargs["echo"] = given["echo"]

    def _is_broken(self, connection: Any) -> bool:  # noqa: ANN401  # aiomysql's
        reader = connection._reader  # noqa: SLF001  # as the driver's own pool looks
        return reader is None or reader.at_eof() or reader.exception() or reader.eof_received


class _Connection(aiomysql.Connection):  # type: ignore[misc]  # aiomysql has no types
    """Logs in by the secret whenever it is opened, and keeps no password."""

    _writer = None

    def __init__(self, secret: AsyncRotatedSecret, options: dict[str, Any]) -> None:
        self._secret = secret
        self._options = options

    async def _connect(self) -> None:
        if version_of(self):  # by `ping`: the application may have changed this
            self._options["autocommit"] = self.autocommit_mode
            self.close()

        async def attempt(credential: Credential) -> _Connection:
            super(_Connection, self).__init__(**_arguments(credential, self._options))
            try:
                # The driver waits for the network alone so long, and then for ever.
                async with asyncio.timeout(self.connect_timeout):
                    await super(_Connection, self)._connect()
            except TimeoutError:
                self.close()
                message = f"Can't connect to MySQL server on {self.host!r} (timed out)"
                raise aiomysql.OperationalError(CR.CR_CONN_HOST_ERROR, message) from None
            except BaseException:
                self.close()
                raise
            finally:
                self._password = ""
            return self

        await log_in_async(self._secret, attempt)

    async def _request_authentication(self) -> None:
        if not self.server_capabilities & CLIENT.SSL:  # the driver would go on without
            message = "SSL is required but the server doesn't support it"
            raise aiomysql.OperationalError(CR.CR_SSL_CONNECTION_ERROR, message)
        await super()._request_authentication()


def _checked(options: dict[str, Any]) -> dict[str, Any]:
    check_options(options, where="the options")
    if "database" in options:
        options["db"] = options.pop("database")
    return options


def _arguments(credential: Credential, options: dict[str, Any]) -> dict[str, Any]:
    ours = {
        "user": credential.username,
        # The driver encodes it as Latin-1, and its error would tell it.
        "password": credential.password.encode().decode("latin1"),
        "connect_timeout": CONNECT_SECONDS,
        **server(credential, host="host", port="port", dbname="db"),
    }
    arguments = merged(ours, options)
    return merged({"ssl": verified_context(arguments.get("host"))}, arguments)
