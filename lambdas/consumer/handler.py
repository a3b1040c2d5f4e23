"""A consumer: logs in with AWSCURRENT over verified TLS, and asks the database who it is."""

import os

from consumer.login import log_in
from rotation.client import secrets_manager_client

SECRET_ID = os.environ.get("SECRET_ID", "")

secrets_manager = secrets_manager_client()


def handler(_event: object, _context: object) -> dict[str, str]:
    """Proves that AWSCURRENT logs in.

    Returns:
        `user`: who the database says it is; `version_id`: the version of the secret that was used;
        `server_time`: the database's clock, ISO 8601. Never the secret.
    """
    connection, version_id = log_in(secrets_manager, SECRET_ID)
    with connection:
        [[user, now]] = connection.run("SELECT session_user, now()")
    return {"user": user, "version_id": version_id, "server_time": now.isoformat()}
