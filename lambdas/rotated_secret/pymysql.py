"""PyMySQL."""

from typing import Any

import pymysql

from rotated_secret.credential import Credential
from rotated_secret.logins import CONNECT_SECONDS, log_in, server
from rotated_secret.options import check_options
from rotated_secret.secret import RotatedSecret
from rotated_secret.tls import verified_context


def connect(secret: RotatedSecret, **options: Any) -> "pymysql.Connection[Any]":  # noqa: ANN401  # PyMySQL's
    """Opens a connection over verified TLS.

    Args:
        secret: The credential.
        options: Of `pymysql.connect`; they win over the secret's host, port and dbname.

    Raises:
        ValueError: See `rotated_secret.options.check_options`.
        Exception: See `RotatedSecret.run`.
    """
    check_options(options, where="the options")
    if "db" in options:  # the deprecated name, which would lose against the secret's
        options["database"] = options.pop("db")
    return log_in(secret, lambda credential: pymysql.connect(**_arguments(credential, options)))


def _arguments(credential: Credential, options: dict[str, Any]) -> dict[str, Any]:
    arguments = {
        "user": credential.username,
        # As bytes: else the driver encodes it as Latin-1, and its error tells it.
        "password": credential.password.encode(),
        "connect_timeout": CONNECT_SECONDS,
        **server(credential, host="host", port="port", dbname="database"),
        **options,
    }
    return {"ssl": verified_context(arguments.get("host")), **arguments}
