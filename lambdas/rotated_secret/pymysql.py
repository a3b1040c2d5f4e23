"""PyMySQL."""

from collections.abc import Callable
from typing import Any

import pymysql
from pymysql import connections

from rotated_secret.credential import Credential
from rotated_secret.logins import CONNECT_SECONDS, check_for_threads, log_in, server, version_of
from rotated_secret.options import check_options, merged
from rotated_secret.secret import RotatedSecret
from rotated_secret.tls import verified_context


def connect(secret: RotatedSecret, **options: Any) -> "pymysql.Connection[Any]":  # noqa: ANN401  # PyMySQL's
    """Opens a connection over verified TLS.

    `ping(reconnect=True)` opens it again with the credential that is current by then.

    Args:
        secret: The credential.
        options: Of `pymysql.connect`; they win over the secret's host, port and dbname.
            `connect_timeout` bounds each wait of the login, in seconds.

    Raises:
        ValueError: See `rotated_secret.options.check_options`.
        Exception: See `RotatedSecret.run`.
    """
    check_for_threads(secret)
    check_options(options, where="the options")
    if "db" in options:  # the deprecated name, which would lose against the secret's
        options["database"] = options.pop("db")
    return _Connection(secret, options)


class _Connection(connections.Connection):
    """Logs in by the secret whenever it is opened, and keeps no password."""

    _read_timeout: float | None
    _write_timeout: float | None
    _force_close: Callable[[], None]

    def __init__(self, secret: RotatedSecret, options: dict[str, Any]) -> None:
        self._secret = secret
        self._options = options
        self.connect()

    def connect(self, sock: Any = None) -> None:  # noqa: ANN401  # as PyMySQL has it
        if version_of(self):  # by `ping`: the application may have changed this
            self._options["autocommit"] = self.autocommit_mode
            self._force_close()

        def attempt(credential: Credential) -> _Connection:
            super(_Connection, self).__init__(**_arguments(credential, self._options))
            waits = self._read_timeout, self._write_timeout
            # Else the driver waits for the greeting and in the handshake for ever.
            self._read_timeout = self._write_timeout = self.connect_timeout
            try:
                super(_Connection, self).connect(sock)
            finally:
                self._read_timeout, self._write_timeout = waits
                self.password = b""
            return self

        log_in(self._secret, attempt)


def _arguments(credential: Credential, options: dict[str, Any]) -> dict[str, Any]:
    ours = {
        "user": credential.username,
        # As bytes: else the driver encodes it as Latin-1, and its error tells it.
        "password": credential.password.encode(),
        "connect_timeout": CONNECT_SECONDS,
        **server(credential, host="host", port="port", dbname="database"),
    }
    arguments = merged(ours, options)
    ssl = {"ssl": verified_context(arguments.get("host"))}
    return {**merged(ssl, arguments), "defer_connect": True}
