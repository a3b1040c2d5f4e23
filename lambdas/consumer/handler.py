"""A consumer: logs in with AWSCURRENT, and asks the database who it is."""

import os

from consumer.login import log_in
from rotated_secret import RotatedSecret
from rotated_secret.handle import REFRESH_SECONDS

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
    user, version_id, now = log_in(secret)
    return {"user": user, "version_id": version_id, "server_time": now.isoformat()}
