"""The AWS clients of a function, made while the function starts."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from botocore.config import Config

from rotated_secret.client import new_session

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CONNECT_SECONDS = 2
READ_SECONDS = 4
ATTEMPTS = 2
"""A call takes 14 seconds at most, waits between attempts included.

The last call of a step begins within its deadline (`rotation.deadline.STEP_SECONDS`), so a function
with 30 seconds always gets to log how it ended.
"""


for _sdk in ("botocore", "urllib3"):
    # At DEBUG, which Lambda's own setting can turn on, botocore logs the bodies of calls: secrets.
    logging.getLogger(_sdk).setLevel(logging.INFO)


@cache
def secrets_manager_client() -> SecretsManagerClient:
    """Makes a Secrets Manager client with time-outs that fit into a function's time."""
    return cast("SecretsManagerClient", client_of("secretsmanager", api_version="2017-10-17"))


def client_of(
    service: str,
    *,
    api_version: str,
    attempts: int = ATTEMPTS,
    key_id: str | None = None,
    key: str | None = None,
) -> Any:  # noqa: ANN401  # botocore's
    """Makes a client with time-outs that fit into a function's time.

    Without boto3, which adds to the cold start for nothing that is needed here.

    Args:
        service: As botocore calls it, such as `iam`.
        api_version: The version of its API; naming it saves the look for the newest.
        attempts: How often a call is tried; once where a second time would not be the same.
        key_id: Id of the access key that signs; the function's own if left out.
        key: That access key.
    """
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    return new_session(config).create_client(
        service,
        api_version=api_version,
        aws_access_key_id=key_id,
        aws_secret_access_key=key,
    )
