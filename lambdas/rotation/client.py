"""The one AWS client of a function, made while the function starts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CONNECT_SECONDS = 2
READ_SECONDS = 4
ATTEMPTS = 2
"""A call takes 14 seconds at most, waits between attempts included.

The last call of a step begins within its deadline (`rotation.deadline.STEP_SECONDS`), so a function
with 30 seconds always gets to log how it ended.
"""


@cache
def secrets_manager_client() -> SecretsManagerClient:
    """Makes a Secrets Manager client with time-outs that fit into a function's time.

    Without boto3, which adds a tenth to the cold start for nothing that is needed here.
    """
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    client = botocore.session.get_session().create_client("secretsmanager", config=config)
    return cast("SecretsManagerClient", client)
