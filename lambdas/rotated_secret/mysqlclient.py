"""mysqlclient, on the C library of MySQL or of MariaDB."""

from typing import Any

import MySQLdb

from rotated_secret.credential import Credential
from rotated_secret.logins import CONNECT_SECONDS, log_in, server
from rotated_secret.options import check_hosts, check_options, merged
from rotated_secret.secret import RotatedSecret
from rotated_secret.tls import authorities


def connect(secret: RotatedSecret, **options: Any) -> Any:  # noqa: ANN401  # mysqlclient has no types
    """Opens a connection over verified TLS.

    Args:
        secret: The credential.
        options: Of `MySQLdb.connect`; they win over the secret's host, port and dbname.

    Raises:
        ValueError: See `rotated_secret.options.check_options`.
        Exception: See `RotatedSecret.run`.
    """
    check_options(options, where="the options")
    if "db" in options:
        options["database"] = options.pop("db")
    return log_in(secret, lambda credential: MySQLdb.connect(**_arguments(credential, options)))


def _arguments(credential: Credential, options: dict[str, Any]) -> dict[str, Any]:
    ours = {
        "user": credential.username,
        "password": credential.password,
        "connect_timeout": CONNECT_SECONDS,
        # What the C library of MariaDB lacks, mysqlclient does by its options for the same.
        "ssl_mode": "VERIFY_IDENTITY",
        **server(credential, host="host", port="port", dbname="database"),
    }
    arguments = merged(ours, options)
    host = arguments.get("host") or ""
    check_hosts([host])
    if host == "localhost":  # this word alone stands for a Unix socket; certificates know no case
        arguments["host"] = "LOCALHOST"
    return merged({"ssl": {"ca": authorities(host)}}, arguments)
