"""How an application logs in so that it never notices a rotation."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pg8000.native

from rds.trust import verified_context

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CONNECT_SECONDS = 5.0
PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.2

_WRONG_PASSWORD = "28P01"  # noqa: S105  # an error code


def log_in(
    secrets_manager: SecretsManagerClient,
    secret_id: str,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[pg8000.native.Connection, str]:
    """Reads AWSCURRENT and logs in with it.

    Rotation of a single user changes the password a moment before it moves the label. Who reads
    the secret in that moment is refused, reads it again, and gets in a moment later. With
    alternating users that never happens.

    Args:
        secrets_manager: The client.
        secret_id: ARN of the secret.
        pause: How to wait between two attempts.

    Returns:
        An open connection, and the id of the version that was used.

    Raises:
        pg8000.exceptions.DatabaseError: The database refuses AWSCURRENT for longer than that.
    """
    attempts_left = int(PATIENCE_SECONDS / PAUSE_SECONDS)
    while True:
        # The label is always passed: only then can a policy allow AWSCURRENT and nothing else.
        secret = secrets_manager.get_secret_value(SecretId=secret_id, VersionStage="AWSCURRENT")
        try:
            return _connect(json.loads(secret["SecretString"])), secret["VersionId"]
        except pg8000.native.DatabaseError as refusal:
            attempts_left -= 1
            if refusal.args[0].get("C") != _WRONG_PASSWORD or not attempts_left:
                raise
        pause(PAUSE_SECONDS)


def _connect(login: dict[str, Any]) -> pg8000.native.Connection:
    address = (login["host"], int(login["port"]))
    with socket.create_connection(address, timeout=CONNECT_SECONDS) as connected:
        # Else each login waits 40 ms for a delayed acknowledgement.
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return pg8000.native.Connection(
            login["username"],
            host=login["host"],
            database=login["dbname"],
            password=login["password"],
            ssl_context=verified_context(),
            sock=connected,
        )
