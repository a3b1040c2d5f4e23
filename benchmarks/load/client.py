"""The Secrets Manager client that every application gets, whatever library it is on."""

from typing import TYPE_CHECKING, cast

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

from local.local_aws import REGION
from rotated_secret.client import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS


def client_at(url: str) -> "SecretsManagerClient":
    """Make a client with the time-outs that our library has by default.

    Args:
        url: Where Secrets Manager is.
    """
    made = botocore.session.Session().create_client(
        "secretsmanager",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106  # the server knows no passwords
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            max_pool_connections=32,
        ),
    )
    return cast("SecretsManagerClient", made)
