"""A consumer: logs in with AWSCURRENT over verified TLS, and asks the database who it is."""

import os
from contextlib import closing

from rotated_secret import RotatedSecret, version_of
from rotated_secret.handle import REFRESH_SECONDS
from rotated_secret.pg8000 import connect

secret = RotatedSecret(
    os.environ["SECRET_ID"],
    refresh_seconds=float(os.environ.get("REFRESH_SECONDS", REFRESH_SECONDS)),
)


def handler(_event: object, _context: object) -> dict[str, str | None]:
    """Proves that AWSCURRENT logs in.

    Returns:
        `user`: who the database says it is; `version_id`: the version of the secret that was used;
        `server_time`: the database's clock, ISO 8601. Never the secret.
    """
    with closing(connect(secret)) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT session_user, now()")
        [user, now] = cursor.fetchone()
        version_id = version_of(connection)
    return {"user": user, "version_id": version_id, "server_time": now.isoformat()}
