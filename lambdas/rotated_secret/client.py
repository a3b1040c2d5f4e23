"""The client for Secrets Manager, if the application brings none."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_SERVICE = "secretsmanager"
_API_VERSION = "2017-10-17"

CONNECT_SECONDS = 2
READ_SECONDS = 3
ATTEMPTS = 2
"""A call takes 11 seconds at most, the wait between the attempts included."""


class _OneService(Loader):
    """Does not look through the folders of 400 services: a third of the time to make a client."""

    def list_available_services(self, type_name: str) -> list[str]:
        del type_name
        return [_SERVICE]


def secrets_manager_client() -> SecretsManagerClient:
    """Makes a client whose calls end in time.

    Credentials and region are found as everywhere in AWS's SDKs.

    Raises:
        botocore.exceptions.NoRegionError: No region is configured.
    """
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    session = botocore.session.Session()
    session.register_component("data_loader", _OneService())
    client = session.create_client(_SERVICE, api_version=_API_VERSION, config=config)
    return cast("SecretsManagerClient", client)
