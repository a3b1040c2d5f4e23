"""A consumer: reads AWSCURRENT, logs in over verified TLS, and asks the database who it is."""

import json
import os
from typing import Any

import pg8000.native

from rds.trust import verified_context
from rotation.client import secrets_manager_client

SECRET_ID = os.environ.get("SECRET_ID", "")
CONNECT_SECONDS = 5

secrets_manager = secrets_manager_client()


def handler(_event: object, _context: object) -> dict[str, str]:
    """Proves that AWSCURRENT logs in.

    Returns:
        `user`: who the database says it is; `version_id`: the version of the secret that was used;
        `server_time`: the database's clock, ISO 8601. Never the secret.
    """
    # The label is always passed: only then a policy can allow AWSCURRENT and nothing else.
    secret = secrets_manager.get_secret_value(SecretId=SECRET_ID, VersionStage="AWSCURRENT")
    user, server_time = _ask(json.loads(secret["SecretString"]))
    return {"user": user, "version_id": secret["VersionId"], "server_time": server_time}


def _ask(login: dict[str, Any]) -> tuple[str, str]:
    with pg8000.native.Connection(
        login["username"],
        host=login["host"],
        port=int(login["port"]),
        database=login["dbname"],
        password=login["password"],
        ssl_context=verified_context(),
        timeout=CONNECT_SECONDS,
    ) as connection:
        [[user, now]] = connection.run("SELECT session_user, now()")
    return user, now.isoformat()
