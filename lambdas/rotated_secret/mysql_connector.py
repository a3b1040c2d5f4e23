"""MySQL Connector/Python: connections and pools, in pure Python or on its C extension."""

import ssl
from collections.abc import Callable
from queue import Empty
from typing import Any

from mysql.connector import HAVE_CEXT
from mysql.connector.connection import MySQLConnection
from mysql.connector.errors import PoolError
from mysql.connector.network import MySQLTCPSocket
from mysql.connector.pooling import MySQLConnectionPool, PooledMySQLConnection

from rotated_secret.credential import Credential
from rotated_secret.logins import CONNECT_SECONDS, check_for_threads, is_retired, log_in, server
from rotated_secret.options import check_options, merged
from rotated_secret.secret import RotatedSecret
from rotated_secret.tls import authorities, verified_context

_ALIASES = {"db": "database", "connect_timeout": "connection_timeout"}
"""The driver's second names of options, which would lose against the secret's and ours."""


def connect(secret: RotatedSecret, **options: Any) -> MySQLConnection:  # noqa: ANN401  # the driver's
    """Opens a connection over verified TLS.

    `reconnect()` and `ping(reconnect=True)` open it again with the credential that is current by
    then.

    Args:
        secret: The credential.
        options: Of `mysql.connector.connect`; they win over the secret's host, port and dbname.
            Without `use_pure` the C extension is taken if it is there.

    Raises:
        ValueError: See `rotated_secret.options.check_options`.
        Exception: See `RotatedSecret.run`.
    """
    check_for_threads(secret)
    connection: MySQLConnection = _checked(options)(secret, options)
    return connection


class ConnectionPool(MySQLConnectionPool):  # type: ignore[misc]  # it is taken for untyped
    """A pool whose connections log in with the current credential, over verified TLS.

    One whose credential is retired is opened anew when it is handed out.
    """

    def __init__(
        self,
        secret: RotatedSecret,
        *,
        pool_size: int = 5,
        pool_name: str = "rotated_secret",
        pool_reset_session: bool = True,
        **options: Any,  # noqa: ANN401  # the driver's
    ) -> None:
        """Makes the pool, and opens its connections.

        Args:
            secret: The credential.
            pool_size: How many there are; as many may be in use at once.
            pool_name: Its name.
            pool_reset_session: Whether a session is reset when it comes back.
            options: As of `connect`.

        Raises:
            ValueError: See `rotated_secret.options.check_options`.
            Exception: See `RotatedSecret.run`.
        """
        check_for_threads(secret)
        make = _checked(options)
        super().__init__(pool_size, pool_name, pool_reset_session)
        self._secret = secret
        for _ in range(pool_size):
            self._queue_connection(make(secret, options))

    def get_connection(self) -> PooledMySQLConnection:
        """Hands a connection out; closing it brings it back.

        Raises:
            PoolError: All are in use.
            Exception: See `RotatedSecret.run`.
        """
        try:
            connection = self._cnx_queue.get(block=False)
        except Empty:
            raise PoolError("Failed getting connection; pool exhausted") from None
        try:
            if is_retired(connection, self._secret) or not connection.is_connected():
                connection.connect()
        except BaseException:
            self.add_connection(connection)
            raise
        return PooledMySQLConnection(self, connection)

    def add_connection(self, cnx: Any = None) -> None:  # noqa: ANN401  # the driver's
        """Takes a connection back that was handed out."""
        self._queue_connection(cnx)


class _BySecret:
    """Logs in by the secret whenever it is opened, and keeps no password."""

    def __init__(self, secret: RotatedSecret, options: dict[str, Any]) -> None:
        super().__init__()
        self._secret = secret
        self._options = options
        self.connect()

    def connect(self, **options: Any) -> None:  # noqa: ANN401  # the driver's
        _checked(options)
        self._options = {**self._options, **options}
        reopen: Callable[..., None] = super().connect  # type: ignore[misc]  # the driver's class

        def attempt(credential: Credential) -> _BySecret:
            try:
                reopen(**_arguments(credential, self._options))
            finally:
                self._forget()
            return self

        log_in(self._secret, attempt)

    def _forget(self) -> None:
        self._password = ""


class _Socket(MySQLTCPSocket):  # type: ignore[misc]  # it is taken for untyped
    """Trusts the authorities of RDS alone: the driver adds all that the machine trusts."""

    def build_ssl_context(self, *_: object, **__: object) -> ssl.SSLContext:
        return verified_context(self.server_host)


class _Pure(_BySecret, MySQLConnection):  # type: ignore[misc]  # it is taken for untyped
    def _forget(self) -> None:
        super()._forget()
        self._authenticator._passwords = {}  # noqa: SLF001  # there is no other way
        self._authenticator._auth_strategy = None  # noqa: SLF001

    def _get_connection(self) -> MySQLTCPSocket:
        there = _Socket(self.server_host, self.server_port, self._force_ipv6)
        there.set_connection_timeout(self._connection_timeout)
        return there


if HAVE_CEXT:
    from mysql.connector.connection_cext import CMySQLConnection

    class _Compiled(_BySecret, CMySQLConnection): ...  # type: ignore[misc]  # the same


def _checked(options: dict[str, Any]) -> Callable[..., Any]:
    """Refuses options that contradict the secret; returns the class that they ask for."""
    check_options(options, where="the options")
    for name in ("tls_versions", "tls_ciphersuites"):
        if options.get(name) is not None:
            raise ValueError(f"{name}: TLS is spoken as this Python has it. Leave it out")
    for alias, name in _ALIASES.items():
        if alias in options:
            options[name] = options.pop(alias)
    pure = options.pop("use_pure", None)
    if pure is False and not HAVE_CEXT:
        raise ImportError("use_pure: the C extension of MySQL Connector can't be loaded here")
    return _Pure if pure or not HAVE_CEXT else _Compiled


def _arguments(credential: Credential, options: dict[str, Any]) -> dict[str, Any]:
    ours = {
        "user": credential.username,
        "password": credential.password,
        "connection_timeout": CONNECT_SECONDS,
        "ssl_verify_cert": True,
        "ssl_verify_identity": True,
        **server(credential, host="host", port="port", dbname="database"),
    }
    arguments = merged(ours, options)
    return merged({"ssl_ca": authorities(arguments.get("host"))}, arguments)
