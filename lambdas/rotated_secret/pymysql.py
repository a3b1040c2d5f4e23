"""PyMySQL."""

from typing import Any

import pymysql

from rotated_secret.credential import Credential
from rotated_secret.logins import CONNECT_SECONDS, log_in, server
from rotated_secret.secret import RotatedSecret
from rotated_secret.tls import verified_context


def connect(secret: RotatedSecret, **options: Any) -> "pymysql.Connection[Any]":  # noqa: ANN401  # PyMySQL's
    """Opens a connection over verified TLS.

    Args:
        secret: The credential.
        options: Of `pymysql.connect`; they win over the secret's host, port and dbname.

    Raises:
        Exception: See `RotatedSecret.run`.
    """
    return log_in(secret, lambda credential: pymysql.connect(**_arguments(credential) | options))


def _arguments(credential: Credential) -> dict[str, Any]:
    return {
        "user": credential.username,
        "password": credential.password,
        "ssl": verified_context(),
        "connect_timeout": CONNECT_SECONDS,
        **server(credential, host="host", port="port", dbname="database"),
    }
