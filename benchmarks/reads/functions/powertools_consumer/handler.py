"""A consumer: logs in with what `parameters` gives, over verified TLS."""

import os
import socket
import ssl
from contextlib import closing

import pg8000.dbapi
from aws_lambda_powertools.utilities import parameters

_CONNECT_SECONDS = 5
_trusted = ssl.create_default_context(cafile=os.environ["RDS_CA_BUNDLE"])


def handler(_event: object, _context: object) -> dict[str, str]:
    """Logs in.

    Returns:
        `user`: who the database says it is; `server_time`: the database's clock.
    """
    login = parameters.get_secret(os.environ["SECRET_ID"], transform="json")
    reached = socket.create_connection((login["host"], login["port"]), _CONNECT_SECONDS)
    reached.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with (
        closing(reached),
        closing(
            pg8000.dbapi.connect(
                login["username"],
                host=login["host"],
                database=login["dbname"],
                password=login["password"],
                ssl_context=_trusted,
                sock=reached,
            )
        ) as connection,
    ):
        cursor = connection.cursor()
        cursor.execute("SELECT session_user, now()")
        [user, now] = cursor.fetchone()
    return {"user": user, "server_time": now.isoformat()}
