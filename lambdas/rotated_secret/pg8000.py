"""pg8000: pure Python, for Lambda functions on either processor."""

import socket
from typing import Any

import pg8000.dbapi

from rotated_secret.clean_end import CleanEnd
from rotated_secret.credential import Credential
from rotated_secret.logins import CONNECT_SECONDS, ENCODING, log_in, server
from rotated_secret.options import check_hosts, check_options, merged
from rotated_secret.secret import RotatedSecret
from rotated_secret.tls import verified_context


def connect(secret: RotatedSecret, **options: Any) -> pg8000.dbapi.Connection:  # noqa: ANN401  # pg8000's
    """Opens a connection over verified TLS.

    Args:
        secret: The credential.
        options: Of `pg8000.dbapi.connect`; they win over the secret's host, port and dbname.
            `timeout` is the login's alone, in seconds.

    Raises:
        ValueError: See `rotated_secret.options.check_options`; or there is no host.
        Exception: See `RotatedSecret.run`.
    """
    check_options(options, where="the options")

    def attempt(credential: Credential) -> pg8000.dbapi.Connection:
        arguments = _arguments(credential, options)
        reached = _reach(arguments)
        try:
            connection = _Connection(sock=reached, **arguments)
        except BaseException:
            reached.close()
            raise
        # The driver would leave the login's time-out on every query.
        connection._usock.settimeout(None)  # noqa: SLF001
        connection.password = None  # it needs it no more
        return connection

    return log_in(secret, attempt)


class _Connection(CleanEnd, pg8000.dbapi.Connection):  # type: ignore[misc]  # pg8000 has no types
    """Ends cleanly."""


def _arguments(credential: Credential, options: dict[str, Any]) -> dict[str, Any]:
    ours = {
        "user": credential.username,
        "password": credential.password,
        "timeout": CONNECT_SECONDS,
        **server(credential, host="host", port="port", dbname="database"),
    }
    arguments = merged(ours, options)
    host = arguments.get("host") or ""
    check_hosts([host])
    parameters = {"client_encoding": ENCODING, **(options.get("startup_params") or {})}
    return {
        **merged({"ssl_context": verified_context(host)}, arguments),
        "startup_params": parameters,
    }


def _reach(arguments: dict[str, Any]) -> socket.socket:
    address = (arguments["host"], arguments.get("port") or 5432)
    reached = socket.create_connection(address, arguments.pop("timeout"))
    # Else each login waits 40 ms for a delayed acknowledgement.
    reached.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return reached
