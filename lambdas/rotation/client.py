"""The AWS clients of a function, made while the function starts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CONNECT_SECONDS = 2
READ_SECONDS = 4
ATTEMPTS = 2
"""A call takes 14 seconds at most, waits between attempts included.

The last call of a step begins within its deadline (`rotation.deadline.STEP_SECONDS`), so a function
with 30 seconds always gets to log how it ended.
"""


class _Loader(Loader):
    """Knows which service is wanted, instead of looking through the folders of all 400.

    That is a third of the time that it takes to make a client.
    """

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def list_available_services(self, type_name: str) -> list[str]:
        del type_name
        return [self._service]


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
    session = botocore.session.get_session()
    session.register_component("data_loader", _Loader(service))
    return session.create_client(
        service,
        api_version=api_version,
        config=config,
        aws_access_key_id=key_id,
        aws_secret_access_key=key,
    )
